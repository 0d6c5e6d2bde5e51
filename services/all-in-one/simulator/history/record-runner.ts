import type { Transport } from "@connectrpc/connect";
import {
  grantedOf,
  type OpenWrite,
  outcomeOf,
  type Recorder,
  stopOf,
  type WriteContent,
  writtenOf,
} from "@switchyard/history";
import { reasonOf } from "@switchyard/errors";
import type {
  AppendLogRequest,
  AppendLogResponse,
  ReportAttemptsRequest,
  ReportAttemptsResponse,
  SyncRunnerResponse,
} from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { linesOf } from "../network/log-store.js";

type Report = ReportAttemptsRequest["reports"][number];
type Results = readonly Parameters<typeof writtenOf>[0][];

/** Notes what a runner sends and is told. */
export function recordRunner(transport: Transport, runner: string, recorder: Recorder): Transport {
  const begin = (attempt: Report["attempt"], what: WriteContent) =>
    recorder.write({ runner, ...namesOf(attempt), what });
  const unary = (async (...call: Parameters<Transport["unary"]>) => {
    const [method, , , , input] = call;
    switch (method.name) {
      case "SyncRunner": {
        const response = await transport.unary(...call);
        noteAnswer(response.message as unknown as SyncRunnerResponse, runner, recorder);
        return response;
      }
      case "ReportAttempts": {
        const { reports } = input as unknown as ReportAttemptsRequest;
        const writes = reports.map(({ attempt, report }) => begin(attempt, contentOf(report)));
        const { message, ...response } = await settling(writes, () => transport.unary(...call));
        settle(writes, (message as unknown as ReportAttemptsResponse).results);
        return { ...response, message };
      }
      case "AppendLog": {
        const { appends } = input as unknown as AppendLogRequest;
        const writes = appends.map(({ attempt, append }) =>
          begin(attempt, {
            sort: "log",
            stream: append?.stream ?? "",
            first: Number(append?.expectedSequence ?? 0n),
            lines: linesOf(append),
            checked: true,
          }),
        );
        const { message, ...response } = await settling(writes, () => transport.unary(...call));
        settle(writes, (message as unknown as AppendLogResponse).results);
        return { ...response, message };
      }
      default:
        return transport.unary(...call);
    }
  }) as Transport["unary"];
  return { unary, stream: transport.stream.bind(transport) };
}

/** Sends writes; without an answer nobody knows what became of them. */
export async function settling<T>(writes: readonly OpenWrite[], send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    for (const write of writes) write.written({ result: "unknown", reason: reasonOf(error) });
    throw error;
  }
}

/** Notes the results of writes, in their order; an answer that is too short tells nothing of the rest. */
export function settle(writes: readonly OpenWrite[], results: Results): void {
  for (const [i, write] of writes.entries()) {
    const result = results[i];
    write.written(result ? writtenOf(result) : { result: "unknown", reason: "" });
  }
}

/** The attempt that a report is about. */
export function namesOf(ref: Report["attempt"]): { readonly job: string; readonly attempt: number } {
  return { job: ref?.jobId ?? "", attempt: ref?.by.case === "attempt" ? ref.by.value : 0 };
}

function noteAnswer({ leases, stops }: SyncRunnerResponse, runner: string, recorder: Recorder): void {
  // The time is the recorder's.
  for (const lease of leases) recorder.note(grantedOf(0, lease));
  for (const stop of stops) recorder.note(stopOf(0, runner, stop));
}

function contentOf(report: Report["report"]): WriteContent {
  if (report.case === "outcome") return outcomeOf(report.value);
  return { sort: report.case === "progress" ? "progress" : "start" };
}
