import { create } from "@bufbuild/protobuf";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  CancelJobsResponseSchema,
  type CancelJobsRequest,
  type CancelJobsResponse,
  CancelMode,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { cancelJob, type CancelRequest } from "../domain/core/cancel.js";
import type { FinalState } from "../domain/core/model.js";
import type { Directory, Place } from "../domain/directory.js";
import { checkName, invalid, storable } from "./fields.js";
import { type Effect, resultsToProto, targetsOf } from "./job-results.js";
import { stateFromProto } from "./states.js";

const openStates = ["BLOCKED", "SCHEDULED", "QUEUED", "RUNNING"] as const;

/** Cancels jobs, each by itself; the answer tells what became of each. */
export async function cancelJobs(directory: Directory, request: CancelJobsRequest): Promise<CancelJobsResponse> {
  const how = cancelFromProto(request);
  const place = await directory.open(request.namespace);
  const targets = await targetsOf(place, request, openStates);
  const effects = await Promise.all(targets.map(({ serial }) => cancelOne(place, serial, how)));
  return create(CancelJobsResponseSchema, { results: await resultsToProto(place, targets, effects) });
}

function cancelOne({ term, space }: Place, serial: number, how: CancelRequest): Promise<Effect> {
  return term.settle<Effect>(() => {
    const job = space.job(serial);
    if (!job) return { answer: { serial, reason: "WRONG_STATE" }, writes: [] };
    const decision = cancelJob(term.clock.now(), job, how);
    if ("waitFor" in decision) return decision;
    const { done, previous } = decision.answer;
    return { answer: { serial, previous, ...(!done && { reason: "WRONG_STATE" }) }, writes: decision.writes };
  });
}

function cancelFromProto({ mode, expectedStates, actor, message, asState }: CancelJobsRequest): CancelRequest {
  const as = asState === JobState.UNSPECIFIED ? "CANCELLED" : stateFromProto(asState);
  if (as !== "CANCELLED" && as !== "FAILED") throw invalid("as_state", "must be CANCELLED or FAILED");
  return {
    immediate: mode === CancelMode.IMMEDIATE,
    expected: expectedStates.map(stateFromProto),
    actor: checkName("actor", actor, 0, 255),
    message: storable(message),
    as: as as FinalState,
  };
}
