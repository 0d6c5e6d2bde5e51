import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import type { AttemptReportSchema } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { refKey } from "./attempt-key.js";
import { runnerKey } from "./runner-record.js";

type Report = MessageInitShape<typeof AttemptReportSchema>;

interface Call {
  readonly reports: readonly Report[];
  readonly onAnswered: (() => void)[];
}

/** The reports that the scheduler has not answered yet, by runner. */
export class ReportsUnderWay {
  readonly #calls = new Map<string, Set<Call>>();

  /** Notes reports of one runner. Returns what to call when they are answered, or never will be. */
  begin(reports: readonly Report[]): () => void {
    const key = runnerKey(reports[0]?.namespace ?? "", reports[0]?.runnerId ?? "");
    const calls = this.#calls.get(key) ?? new Set();
    const call: Call = { reports, onAnswered: [] };
    this.#calls.set(key, calls.add(call));
    return () => {
      calls.delete(call);
      if (calls.size === 0 && this.#calls.get(key) === calls) this.#calls.delete(key);
      for (const tell of call.onAnswered) tell();
    };
  }

  /** Settles when the reports are answered that end one of a runner's attempts; undefined when there are none. */
  ending(namespace: string, runnerId: string, attempts: readonly AttemptRef[]): Promise<unknown> | undefined {
    const calls = this.#calls.get(runnerKey(namespace, runnerId));
    if (calls === undefined || attempts.length === 0) return undefined;
    const named = new Set(attempts.map(refKey));
    const ends = ({ attempt, report }: Report) => report?.case === "outcome" && !!attempt && named.has(refKey(attempt));
    const concerned = [...calls].filter(({ reports }) => reports.some(ends));
    if (concerned.length === 0) return undefined;
    return Promise.all(concerned.map(({ onAnswered }) => new Promise<void>((resolve) => onAnswered.push(resolve))));
  }
}
