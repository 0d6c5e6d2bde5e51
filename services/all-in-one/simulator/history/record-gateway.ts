import type { Transport } from "@connectrpc/connect";
import { fromConnectError } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { ReportAttemptsRequest, ReportAttemptsResponse } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { OutcomeKind } from "@switchyard/history";
import type { Recorder } from "./recorder.js";

/** Words of the reports that a gateway makes by itself, of leases that no runner got to see. */
const ownWords: ReadonlySet<string> = new Set([
  "the runner did not come for it",
  "older logs could not be sealed",
  "the gateway ends",
  "cancelled before it began",
]);

/** Notes what a gateway reports by itself. What it passes on was noted where a runner said it. */
export function recordGateway(transport: Transport, recorder: Recorder): Transport {
  const unary = (async (...call: Parameters<Transport["unary"]>) => {
    const [method, , , , input] = call;
    if (method.name !== "ReportAttempts") return transport.unary(...call);
    const { reports } = input as unknown as ReportAttemptsRequest;
    const own = reports.flatMap(({ attempt, report }, index) => {
      if (report.case !== "outcome" || !ownWords.has(report.value.message)) return [];
      const { jobId: job = "", by } = attempt ?? {};
      const write = recorder.nextCall();
      const kind = Outcome_Kind[report.value.kind] as OutcomeKind;
      const named = { job, attempt: by?.case === "attempt" ? by.value : 0, what: { sort: "outcome", kind } } as const;
      recorder.note({ type: "write", write, runner: "", ...named });
      return [{ index, write }];
    });
    try {
      const response = await transport.unary(...call);
      const { results } = response.message as unknown as ReportAttemptsResponse;
      for (const { index, write } of own) {
        const { reason = ErrorReason.UNSPECIFIED, repeatedReport = false } = results[index] ?? {};
        const isTaken = reason === ErrorReason.UNSPECIFIED;
        const result = isTaken ? (repeatedReport ? "repeated" : "taken") : "refused";
        recorder.note({ type: "written", write, result, reason: isTaken ? "" : ErrorReason[reason] });
      }
      return response;
    } catch (error) {
      const { reason } = fromConnectError(error);
      for (const { write } of own) recorder.note({ type: "written", write, result: "unknown", reason });
      throw error;
    }
  }) as Transport["unary"];
  return { unary, stream: transport.stream.bind(transport) };
}
