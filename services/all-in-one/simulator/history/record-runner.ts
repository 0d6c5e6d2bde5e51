import type { Transport } from "@connectrpc/connect";
import { fromConnectError } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { Outcome_Kind, Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type {
  AppendLogRequest,
  AppendLogResponse,
  ReportAttemptsRequest,
  ReportAttemptsResponse,
  SyncRunnerResponse,
} from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import type { WriteContent } from "@switchyard/history";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { linesOf } from "../network/log-store.js";
import { namespace } from "../plan/plan.js";
import type { Recorder } from "./recorder.js";

interface Named {
  readonly job: string;
  readonly attempt: number;
  readonly what: WriteContent;
}

interface Said {
  readonly reason: ErrorReason;
  readonly repeated: boolean;
}

/** Notes what a runner sends and is told. */
export function recordRunner(transport: Transport, runner: string, recorder: Recorder): Transport {
  /** Notes writes, and what becomes of each. */
  async function written<Response>(
    writes: readonly Named[],
    send: () => Promise<Response>,
    results: (response: Response) => readonly Said[],
  ): Promise<Response> {
    const ids = writes.map(({ job, attempt, what }) => {
      const write = recorder.nextCall();
      recorder.note({ type: "write", write, runner, job, attempt, what });
      return write;
    });
    try {
      const response = await send();
      const said = results(response);
      for (const [i, write] of ids.entries()) recorder.note({ type: "written", write, ...resultOf(said[i]) });
      return response;
    } catch (error) {
      const { reason } = fromConnectError(error);
      for (const write of ids) recorder.note({ type: "written", write, result: "unknown", reason });
      throw error;
    }
  }

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
        const writes = reports.map(({ attempt, report }): Named => ({ ...nameOf(attempt), what: contentOf(report) }));
        return written(
          writes,
          () => transport.unary(...call),
          ({ message }) =>
            (message as unknown as ReportAttemptsResponse).results.map(({ reason, repeatedReport }) => ({
              reason,
              repeated: repeatedReport,
            })),
        );
      }
      case "AppendLog": {
        const { appends } = input as unknown as AppendLogRequest;
        const writes = appends.map(({ attempt, append }): Named => ({
          ...nameOf(attempt),
          what: {
            sort: "log",
            stream: append?.stream ?? "",
            first: Number(append?.expectedSequence ?? 0n),
            lines: linesOf(append),
            checked: true,
          },
        }));
        return written(
          writes,
          () => transport.unary(...call),
          ({ message }) =>
            (message as unknown as AppendLogResponse).results.map(({ reason }) => ({ reason, repeated: false })),
        );
      }
      default:
        return transport.unary(...call);
    }
  }) as Transport["unary"];
  return { unary, stream: transport.stream.bind(transport) };
}

function noteAnswer({ leases, stops }: SyncRunnerResponse, runner: string, recorder: Recorder): void {
  for (const { jobId: job, attempt, timeToLive } of leases) {
    const leaseMs = timeToLive && durationMs(timeToLive);
    recorder.note({ type: "granted", namespace, runner, job, attempt, ...(leaseMs !== undefined && { leaseMs }) });
  }
  for (const { jobId: job, attempt, reason } of stops)
    recorder.note({ type: "stop", runner, job, attempt, reason: Revocation_Reason[reason] });
}

function nameOf(ref: ReportAttemptsRequest["reports"][number]["attempt"]): { job: string; attempt: number } {
  return { job: ref?.jobId ?? "", attempt: ref?.by.case === "attempt" ? ref.by.value : 0 };
}

function contentOf(report: ReportAttemptsRequest["reports"][number]["report"]): WriteContent {
  switch (report.case) {
    case "outcome": {
      const { kind = Outcome_Kind.UNSPECIFIED, retryable = false } = report.value;
      return { sort: "outcome", kind: Outcome_Kind[kind] as "SUCCEEDED", retryable };
    }
    case "progress":
      return { sort: "progress" };
    default:
      return { sort: "start" };
  }
}

function resultOf(said: Said | undefined) {
  // Left out: the answer was too short, which tells nothing.
  if (!said) return { result: "unknown", reason: "" } as const;
  if (said.reason !== ErrorReason.UNSPECIFIED) return { result: "refused", reason: ErrorReason[said.reason] } as const;
  return { result: said.repeated ? "repeated" : "taken", reason: "" } as const;
}
