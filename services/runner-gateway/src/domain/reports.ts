import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { type Outcome, Outcome_Kind, type Progress } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type {
  AttemptReportSchema,
  DispatchService,
  ReportResult,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { Activity } from "./activity.js";
import { createCoalescer } from "./coalescer.js";
import type { Seals } from "./seals.js";

/** A report of a runner, or of the gateway itself when it gives a lease back. */
export type ReportInit = MessageInitShape<typeof AttemptReportSchema>;

/** Forwards reports of all runners to the scheduler, in shared calls. */
export interface Reports {
  /**
   * Reports in the given order and settles with one result for each, in that order. Counts what ended and seals its logs.
   * @throws ConnectError when the scheduler does not answer; the reports may be repeated then
   */
  report(reports: readonly ReportInit[]): Promise<ReportResult[]>;
  /** Settles when nothing is under way. */
  idle(): Promise<void>;
}

/** What {@link createReports} needs. */
export interface ReportsDeps {
  readonly scheduler: Client<typeof DispatchService>;
  readonly seals: Seals;
  readonly activity: Activity;
  /** Told of every outcome that the scheduler took, before the reporter is. */
  readonly onEnded: (namespace: string, runnerId: string, jobId: string, attempt: number) => void;
  /** Told of seals that failed for good. */
  readonly onSealFailed: (error: unknown) => void;
  /** Deadline of one call. Default 10 s. */
  readonly timeoutMs?: number;
  /** Longest wait of a report's answer for the seal of its logs. Default 2 s. */
  readonly sealWaitMs?: number;
}

/** Bytes of reports in one call: below the 4 MiB of a message with room for its envelope. */
const maxBatchBytes = 3 * 1024 * 1024;

/**
 * Creates the forwarder.
 *
 * The answer to an outcome waits for the seal of its streams: so "answered" means that every follower sees the end, and
 * a gateway that dies in between leaves a runner without an answer, whose repeated report seals again. No outbox is needed,
 * and the price is one group commit of the log store. The outcome itself is durable before, so a log store that is away may
 * delay the answer by no more than `sealWaitMs`; the seal is then repeated behind the answer's back.
 */
export function createReports(deps: ReportsDeps): Reports {
  const { scheduler, seals, activity, timeoutMs = 10_000, sealWaitMs = 2_000 } = deps;
  const lane = createCoalescer<ReportInit, ReportResult>({
    maxItems: 1_000,
    maxWeight: maxBatchBytes,
    weigh: weightOf,
    flush: async (reports) => (await scheduler.reportAttempts({ reports: [...reports] }, { timeoutMs })).results,
  });

  async function settle(report: ReportInit, result: ReportResult): Promise<void> {
    if (report.report?.case !== "outcome" || result.reason !== ErrorReason.UNSPECIFIED) return;
    const { namespace = "", runnerId = "" } = report;
    const outcome = report.report.value as Outcome;
    const jobId = report.attempt?.jobId ?? "";
    deps.onEnded(namespace, runnerId, jobId, result.attempt);
    if (runnerId !== "" && !result.repeatedReport) {
      const completed = outcome.kind === Outcome_Kind.SUCCEEDED ? 1 : 0;
      const failed = outcome.kind === Outcome_Kind.FAILED ? 1 : 0;
      if (completed + failed > 0) activity.count(namespace, runnerId, { completed, failed });
    }
    const sealing = seals.sealEnded(namespace, jobId, result.attempt, outcome).catch(deps.onSealFailed);
    await withinMs(sealing, sealWaitMs);
  }

  return {
    async report(reports) {
      const results = await Promise.all(reports.map((report) => lane.add(report)));
      await Promise.all(reports.map((report, index) => settle(report, results[index] as ReportResult)));
      return results;
    },
    idle: () => lane.idle(),
  };
}

/** Bytes of the parts that may be large; names and numbers are covered by a flat rate. */
function weightOf({ report }: ReportInit): number {
  const flat = 1_024;
  if (report?.case === "progress") {
    const { detail, steps, message } = { ...(report.value.progress as Progress | undefined) };
    return flat + (detail?.length ?? 0) + (steps?.length ?? 0) * 512 + (message?.length ?? 0) * 3;
  }
  if (report?.case !== "outcome") return flat;
  const { result, message, labels, streams } = report.value as Outcome;
  let text = message.length;
  for (const [name, label] of Object.entries(labels)) text += name.length + label.length;
  return flat + text * 3 + (result?.data.length ?? 0) + streams.length * 64;
}

async function withinMs(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
