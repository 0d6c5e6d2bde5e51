import { readFile } from "node:fs/promises";
import { context, trace } from "@opentelemetry/api";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documentedMetrics, metricsOf, metricsOfPage } from "./documented-metrics.js";
import { attributeOf, pathOf, type ReceivedSpan, startReceiver } from "./otlp-receiver.js";
import { type ServiceSignals, startSeparateServices } from "./separate-services.js";

/** What tells a service from the others: series of its own, and spans that it alone makes. */
const services = {
  scheduler: { series: /^switchyard_jobs_open\{/m, span: serverOf("switchyard.scheduler.v1.") },
  "runner-gateway": { series: /^switchyard_gateway_runners\{/m, span: serverOf("switchyard.runner.v1.") },
  "log-store": { series: /^switchyard_log_entries_total [1-9]/m, span: serverOf("switchyard.log.v1.") },
  catalog: { series: /^switchyard_catalog_list_memory_bytes /m, span: serverOf("switchyard.catalog.v1.") },
  "http-gateway": { series: /^switchyard_http_requests_total\{/m, span: serverOf("GET ") },
  runner: { series: /^switchyard_runner_slots 1$/m, span: runOf("shell.run") },
  "pipeline-worker": { series: /^switchyard_runner_slots \d/m, span: runOf("analyze-job") },
} as const;
type Service = keyof typeof services;
const names = Object.keys(services) as Service[];

function serverOf(prefix: string) {
  return (span: ReceivedSpan) => span.kind === 2 && span.name.startsWith(prefix);
}
function runOf(kind: string) {
  return (span: ReceivedSpan) => span.name === `run ${kind}` && attributeOf(span, "switchyard.job.id") !== undefined;
}

const isOfTls = (metric: string) => metric.startsWith("switchyard_tls_");

const receiver = await startReceiver();
let system: Awaited<ReturnType<typeof startSeparateServices>>;
const of = (service: Service) => system.signals[service] as ServiceSignals;
const get = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
};

beforeAll(async () => {
  receiver.begin();
  system = await startSeparateServices();
  const root = trace.getTracer("test").startSpan("everything");
  await context.with(trace.setSpan(context.active(), root), async () => {
    const input = { data: Buffer.from(JSON.stringify({ command: "echo hello", shell: true })) };
    const ran = await system.client.submit("default", { kind: "shell.run", input });
    const worked = await system.client.submit("pipeline", {
      kind: "analyze-job",
      policies: { maxAttempts: 1 } as never,
    });
    await system.client.waitForJob("default", ran.jobId);
    await system.client.waitForJob("pipeline", worked.jobId);
  });
  root.end();
  expect((await get(`${system.http}/`)).status).toBe(200);
});
afterAll(async () => {
  await system?.stop();
  await receiver.end();
});

/** The checks of a service; each throws what is missing. */
const checks: Record<string, (service: Service) => Promise<unknown>> = {
  async metrics(service) {
    const { status, text } = await get(`http://${of(service).ops}/metrics`);
    expect(status).toBe(200);
    expect(text).toMatch(services[service].series);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
    for (const file of ["cert", "ca"])
      expect(text).toMatch(
        new RegExp(`^switchyard_tls_certificate_expiry_timestamp_seconds{use="service",file="${file}"} \\d+$`, "m"),
      );
  },
  async readiness(service) {
    const { ops, readiness } = of(service);
    expect(await get(`http://${ops}/readyz`)).toMatchObject({ status: 200, text: "ready\n" });
    readiness.block("a test");
    expect(await get(`http://${ops}/readyz`)).toEqual({ status: 503, text: "not ready: a test\n" });
    expect((await get(`http://${ops}/livez`)).status).toBe(200);
    readiness.unblock("a test");
  },
  async logs(service) {
    const { lines } = of(service);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines)
      expect(line).toMatchObject({ name: service, level: expect.any(Number), msg: expect.any(String) });
  },
  async spans(service) {
    await eventually(async () => expect(receiver.spans.filter(services[service].span)).not.toEqual([]));
  },
};

describe("what operators see", () => {
  it("every service gives every signal", async () => {
    const failures: string[] = [];
    const rows: string[][] = [];
    for (const service of names) {
      const cells: string[] = [];
      for (const [signal, check] of Object.entries(checks)) {
        const failure = await check(service).then(
          () => undefined,
          (error: Error) => error,
        );
        cells.push(failure === undefined ? "yes" : "NO");
        if (failure !== undefined) failures.push(`${service} ${signal}: ${failure.message.slice(0, 600)}`);
      }
      rows.push([service, ...cells]);
    }
    console.log(
      [["", ...Object.keys(checks)], ...rows].map((row) => row.map((cell) => cell.padEnd(16)).join("")).join("\n"),
    );
    expect(failures).toEqual([]);
  });

  it("a trace crosses the services", async () => {
    const append = "switchyard.log.v1.LogService/AppendLog";
    const paths = () =>
      receiver.spans.filter(({ name }) => name === append).map((span) => pathOf(receiver.spans, span));
    const calls = ["switchyard.runner.v1.RunnerService/AppendLog", append].flatMap((name) => [name, name]);
    const path = ["everything", "run shell.run", ...calls];
    await eventually(async () => expect(paths()).toContainEqual(path));
  });

  it("a line that is written in a call names trace, request and caller", () => {
    const calls = of("scheduler").lines.filter(({ msg }) => msg === "call");
    const submit = calls.find(({ rpc }) => String(rpc).endsWith("/SubmitJobs"));
    expect(submit).toMatchObject({
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      requestId: expect.any(String),
      principal: expect.any(String),
    });
  });

  it("METRICS.md says all that is measured, and nothing else", async () => {
    const documented = documentedMetrics(await readFile(new URL("../../METRICS.md", import.meta.url), "utf8"));
    const measured: Record<string, readonly string[]> = {};
    for (const service of names) {
      const metrics = metricsOf(of(service).registry);
      measured[service] = metrics.filter((metric) => !isOfTls(metric));
      // The same of each, so they have a table of their own.
      measured["TLS"] ??= metrics.filter(isOfTls);
      expect(metrics.filter(isOfTls), service).toEqual(measured["TLS"]);
    }
    for (const dialect of ["janitor", "task-executor"])
      measured[`${dialect} dialect`] = metricsOfPage((await get(`${system.http}/${dialect}/metrics`)).text);
    expect(documented).toEqual(measured);
  });
});
