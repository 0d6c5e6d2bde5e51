import type { Transport } from "@connectrpc/connect";
import { outcomeOf, type Recorder } from "@switchyard/history";
import type {
  ReportAttemptsRequest,
  ReportAttemptsResponse,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { namesOf, settle, settling } from "./record-runner.js";

/** Words of the reports that a gateway makes by itself, of leases that no runner got to see. */
const ownWords: ReadonlySet<string> = new Set([
  "the runner did not come for it",
  "older logs could not be sealed",
  "the runner is gone",
  "the gateway is ending",
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
      return [{ index, write: recorder.write({ runner: "", ...namesOf(attempt), what: outcomeOf(report.value) }) }];
    });
    const writes = own.map(({ write }) => write);
    const response = await settling(writes, () => transport.unary(...call));
    const { results } = response.message as unknown as ReportAttemptsResponse;
    settle(
      writes,
      own.flatMap(({ index }) => results[index] ?? []),
    );
    return response;
  }) as Transport["unary"];
  return { unary, stream: transport.stream.bind(transport) };
}
