import { context, diag, DiagLogLevel, propagation, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { createLogger } from "../logger.js";
import { exportTroubleLog } from "./export-trouble-log.js";

/** What a process says of itself. */
export interface TelemetryOptions {
  /** The service's name in traces, unless `OTEL_SERVICE_NAME` says otherwise. */
  readonly name: string;
  /** Default: the process's. Of the names that the exporter and the sampler read themselves, those of the process count. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

let running: NodeTracerProvider | undefined;

/**
 * Installs the OpenTelemetry SDK of this process when `OTEL_EXPORTER_OTLP_ENDPOINT` (or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`) says where traces go, by OTLP over
 * HTTP; otherwise does nothing, and nothing is paid. Call it before servers are made. Spans wait in memory (`OTEL_BSP_*`) and are thrown away
 * when the receiver does not take them: nobody ever waits for it. {@link stopTelemetry} sends the rest.
 */
export function startTelemetry({ name, env = process.env }: TelemetryOptions): void {
  const isWanted = env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  if (!isWanted || env.OTEL_SDK_DISABLED === "true" || running !== undefined) return;
  const trouble = exportTroubleLog(createLogger({ name }));
  diag.setLogger(trouble, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
  const own = resourceFromAttributes({ "service.name": name, "service.namespace": "switchyard" });
  const resource = defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
  running = new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
  running.register();
}

/** Sends what is left, for at most `waitMs` (default 3,000 ms), and ends the SDK. Without one it does nothing. Never rejects. */
export async function stopTelemetry(waitMs = 3_000): Promise<void> {
  const ending = running;
  running = undefined;
  if (ending === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  await Promise.race([ending.shutdown().catch(() => undefined), late]);
  clearTimeout(timer);
  for (const part of [trace, context, propagation, diag]) part.disable();
}
