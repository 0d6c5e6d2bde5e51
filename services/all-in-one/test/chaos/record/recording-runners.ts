import type { Client } from "@connectrpc/connect";
import {
  grantedOf,
  outcomeOf,
  stopOf,
  type Write,
  type WriteContent,
  type WriteResult,
  writtenOf,
} from "@switchyard/history";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import type { Journal } from "./journal.js";

type Runners = Client<typeof RunnerService>;
type ReportInit = NonNullable<Parameters<Runners["reportAttempts"]>[0]["reports"]>[number];
type AppendInit = NonNullable<Parameters<Runners["appendLog"]>[0]["appends"]>[number];
type Written = Pick<WriteResult, "result" | "reason">;

/** A runner's calls, with every lease that they bring and every write that they carry noted: each try before it goes out, and what it was answered. */
export function recordingRunners(runners: Runners, journal: Journal): Runners {
  /** Notes the writes of a call, makes it, and notes what became of each. */
  const write = async <Answer>(
    writes: readonly Pick<Write, "runner" | "job" | "attempt" | "what">[],
    call: () => Promise<Answer>,
    resultsOf: (answer: Answer) => readonly Written[],
  ): Promise<Answer> => {
    const numbers = writes.map((one) => {
      const number = journal.nextNumber();
      journal.note({ type: "write", write: number, ...one });
      return number;
    });
    const tell = (results: readonly Written[]) => {
      for (const [i, number] of numbers.entries())
        journal.note({ type: "written", write: number, ...(results[i] ?? { result: "unknown", reason: "" }) });
    };
    try {
      const answer = await call();
      tell(resultsOf(answer));
      return answer;
    } catch (error) {
      tell([]);
      throw error;
    }
  };
  return {
    ...runners,
    async syncRunner(request, options) {
      const answer = await runners.syncRunner(request, options);
      for (const lease of answer.leases) journal.note(grantedOf(0, lease));
      for (const stop of answer.stops) journal.note(stopOf(0, request.runnerId ?? "", stop));
      return answer;
    },
    reportAttempts(request, options) {
      const runner = request.runnerId ?? "";
      const writes = (request.reports ?? []).map((report) => ({ runner, ...named(report), what: reported(report) }));
      const call = () => runners.reportAttempts(request, options);
      return write(writes, call, ({ results }) => results.map(writtenOf));
    },
    appendLog(request, options) {
      const runner = request.runnerId ?? "";
      const writes = (request.appends ?? []).map((append) => ({ runner, ...named(append), what: appended(append) }));
      const call = () => runners.appendLog(request, options);
      return write(writes, call, ({ results }) => results.map(({ reason }) => writtenOf({ reason })));
    },
  };
}

/** Of the SDK, which names every attempt by its number. */
function named({ attempt: init }: Pick<ReportInit, "attempt"> | Pick<AppendInit, "attempt">) {
  const { jobId: job = "", by } = (init ?? {}) as Partial<AttemptRef>;
  return { job, attempt: by?.case === "attempt" ? by.value : 0 };
}

function reported({ report }: ReportInit): WriteContent {
  if (report?.case !== "outcome") return { sort: report?.case ?? "start" };
  const { kind = Outcome_Kind.UNSPECIFIED, retryable = false } = report.value;
  return outcomeOf({ kind, retryable });
}

function appended({ append }: AppendInit): WriteContent {
  const { stream = "", expectedSequence = 0n, content } = append ?? {};
  const entries = content?.case === "entries" ? (content.value.entries ?? []) : [];
  const lines = entries.map(({ message = "" }) => message);
  return { sort: "log", stream, first: Number(expectedSequence), lines, checked: true };
}
