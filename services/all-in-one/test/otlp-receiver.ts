import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { startTelemetry, stopTelemetry } from "@switchyard/service-kit";

/** A span as OTLP/JSON has it, as far as tests look. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: ReceivedSpan["attributes"] };
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
}

/** Receives what this process exports. */
export interface OtlpReceiver {
  /** What has come so far. */
  readonly spans: readonly ReceivedSpan[];
  /** Installs the OpenTelemetry SDK of this process, sending here every 50 ms. Servers that are made from now on are traced. */
  begin(): void;
  /** Sends the rest and takes the SDK away: the tests behind run as before. */
  end(): Promise<void>;
}

/** Starts a receiver of OTLP over HTTP, in JSON. */
export async function startReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const { resourceSpans } = JSON.parse(body.toString()) as ExportRequest;
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: "50" };
  return {
    spans,
    begin() {
      Object.assign(process.env, settings);
      startTelemetry({ name: "test" });
    },
    async end() {
      for (const name of Object.keys(settings)) delete process.env[name];
      await stopTelemetry(10_000);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An attribute's value as text. */
export function attributeOf({ attributes }: ReceivedSpan, key: string): string | undefined {
  const value = attributes.find((attribute) => attribute.key === key)?.value;
  return value === undefined ? undefined : String(Object.values(value)[0]);
}

/** The spans below one (all tops for `undefined`), as indented lines in order of time: kind and name. */
export function treeOf(spans: readonly ReceivedSpan[]): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const kinds = ["", "internal", "server", "client"];
  const below = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter(({ parentSpanId = "" }) => (parent === undefined ? !ids.has(parentSpanId) : parentSpanId === parent))
      .sort((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)))
      .flatMap((span) => {
        const ms = Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6;
        const line = `${"  ".repeat(depth)}${kinds[span.kind]} ${span.name} (${ms.toFixed(1)} ms)`;
        return [line, ...below(span.spanId, depth + 1)];
      });
  return below(undefined, 0);
}

/** The names from the top of the trace to a span. */
export function pathOf(spans: readonly ReceivedSpan[], span: ReceivedSpan): string[] {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return [...(parent === undefined ? [] : pathOf(spans, parent)), span.name];
}
