import { create } from "@bufbuild/protobuf";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { type Outcome, type Outcome_Kind, OutcomeSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { ReportResult } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { refusalOf } from "../domain/refusal.js";
import type { Reports } from "../domain/reports.js";
import { checkAttempt, checkOutcomeStreams, checkRunnerId, checkWord } from "./checks.js";

/** The end of one attempt, as the calls of the simplest runners state it. */
export interface SingleOutcome {
  readonly namespace: string;
  readonly runnerId: string;
  readonly attempt?: AttemptRef | undefined;
  readonly outcome?: Outcome | undefined;
}

/** Refuses a report of one attempt that no attempt can be meant by. The runner may be unnamed where a number is given. */
export function checkSingleOutcome({ namespace, runnerId, attempt, outcome }: SingleOutcome): void {
  checkWord(namespace, "namespace");
  if (runnerId !== "") checkRunnerId(runnerId);
  checkAttempt(attempt, "attempt", runnerId);
  checkOutcomeStreams(outcome, "outcome");
}

/**
 * Reports the end of one attempt and returns the job as it stands.
 * @throws SwitchyardError what the scheduler refused it for, with its metadata: LEASE_LOST, NOT_HOLDER, ALREADY_FINISHED, ...
 */
export async function reportSingle(
  reports: Reports,
  { namespace, runnerId, attempt, outcome }: SingleOutcome,
  kind: Outcome_Kind,
  view: JobView,
): Promise<ReportResult> {
  const value = { ...(outcome ?? create(OutcomeSchema)), kind };
  const report = { case: "outcome", value } as const;
  const [result] = await reports.report(
    [{ namespace, runnerId, ...(attempt === undefined ? {} : { attempt }), report, returnJob: view }],
    { untilCounted: true },
  );
  if (result === undefined) throw new Error("a report has no result");
  if (result.reason !== ErrorReason.UNSPECIFIED) throw refusalOf(result);
  return result;
}
