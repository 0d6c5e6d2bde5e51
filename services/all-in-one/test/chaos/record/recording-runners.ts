import { durationMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import type { WriteContent } from "@switchyard/history";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import type { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { Outcome_Kind, Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { Journal } from "./journal.js";

type Runners = Client<typeof RunnerService>;
type ReportInit = NonNullable<Parameters<Runners["reportAttempts"]>[0]["reports"]>[number];

/** The runner's calls, with every lease that they bring and every write that they carry noted: each try before it goes out, and what it was answered. */
export function recordingRunners(runners: Runners, journal: Journal): Runners {
  const written = async <R>(writes: readonly number[], call: () => Promise<readonly WriteAnswer[]>, after: () => R) => {
    try {
      const answers = await call();
      for (const [i, write] of writes.entries()) journal.note(resultOf(write, answers[i]));
    } catch (error) {
      for (const write of writes) journal.note({ type: "written", write, result: "unknown", reason: "" });
      throw error;
    }
    return after();
  };
  return {
    ...runners,
    async syncRunner(request, options) {
      const answer = await runners.syncRunner(request, options);
      const runner = request.runnerId ?? "";
      for (const { namespace, jobId: job, attempt, timeToLive } of answer.leases) {
        const lease = timeToLive === undefined ? {} : { leaseMs: durationMs(timeToLive) };
        journal.note({ type: "granted", namespace, runner, job, attempt, ...lease });
      }
      for (const { jobId: job, attempt, reason } of answer.stops)
        journal.note({ type: "stop", runner, job, attempt, reason: Revocation_Reason[reason] });
      return answer;
    },
    async reportAttempts(request, options) {
      const runner = request.runnerId ?? "";
      const writes = (request.reports ?? []).map((report) => {
        const write = journal.nextNumber();
        const { jobId: job = "", by } = report.attempt ?? {};
        const attempt = by?.case === "attempt" ? by.value : 0;
        journal.note({ type: "write", write, runner, job, attempt, what: contentOf(report) });
        return write;
      });
      let answer: Awaited<ReturnType<Runners["reportAttempts"]>> | undefined;
      const call = async () => {
        answer = await runners.reportAttempts(request, options);
        return answer.results.map(({ reason, repeatedReport }) => ({ reason, isRepeat: repeatedReport }));
      };
      return written(writes, call, () => answer as NonNullable<typeof answer>);
    },
    async appendLog(request, options) {
      const runner = request.runnerId ?? "";
      const writes = (request.appends ?? []).map(({ attempt: ref, append }) => {
        const write = journal.nextNumber();
        const { jobId: job = "", by } = ref ?? {};
        const attempt = by?.case === "attempt" ? by.value : 0;
        const entries = append?.content?.case === "entries" ? (append.content.value.entries ?? []) : [];
        const what: WriteContent = {
          ...{ sort: "log", stream: append?.stream ?? "", first: Number(append?.expectedSequence ?? 0) },
          ...{ lines: entries.map(({ message = "" }) => message), checked: true },
        };
        journal.note({ type: "write", write, runner, job, attempt, what });
        return write;
      });
      let answer: Awaited<ReturnType<Runners["appendLog"]>> | undefined;
      const call = async () => {
        answer = await runners.appendLog(request, options);
        return answer.results.map(({ reason }) => ({ reason, isRepeat: false }));
      };
      return written(writes, call, () => answer as NonNullable<typeof answer>);
    },
  };
}

interface WriteAnswer {
  readonly reason: ErrorReason;
  readonly isRepeat: boolean;
}

function resultOf(write: number, answer: WriteAnswer | undefined) {
  const type = "written" as const;
  if (answer === undefined) return { type, write, result: "unknown" as const, reason: "" };
  if (answer.reason !== ErrorReason.UNSPECIFIED)
    return { type, write, result: "refused" as const, reason: ErrorReason[answer.reason] };
  return { type, write, result: answer.isRepeat ? ("repeated" as const) : ("taken" as const), reason: "" };
}

function contentOf({ report }: ReportInit): WriteContent {
  if (report?.case !== "outcome") return { sort: report?.case ?? "start" };
  const { kind = Outcome_Kind.UNSPECIFIED, retryable = false } = report.value;
  return { sort: "outcome", kind: Outcome_Kind[kind] as never, retryable };
}
