import { trace } from "@opentelemetry/api";
import { createRunner, createSwitchyardClient, JobFailure, type JobHandlers, payloadJson } from "@switchyard/client";
import { eventually } from "@switchyard/testkit";
import { inChildSpan, inSpan } from "@switchyard/tracing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attributeOf, pathOf, type ReceivedSpan, startReceiver, treeOf } from "./otlp-receiver.js";
import { answerOnce, type RestAnswer, restCaller } from "./rest-caller.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const seal = "switchyard.log.v1.LogService/SealLog";
const post = "POST /task-executor/api/v1/tasks";
const job = "switchyard.scheduler.v1.JobService/SubmitJobs";
const append = "switchyard.runner.v1.RunnerService/AppendLog";
const report = "switchyard.runner.v1.RunnerService/ReportAttempts";
const dispatch = "switchyard.scheduler.v1.DispatchService";
const env = {
  MANAGED_RUNNERS: "0",
  NUM_INTERNAL_WORKERS: "1",
  TASK_EXECUTOR_COMMANDS: "allow",
  PIPELINE_WORKER: "off",
};

const receiver = await startReceiver();
let system: TestSystem;
beforeAll(async () => {
  receiver.begin();
  system = await startTestSystem(env);
});
afterAll(async () => {
  await system?.stop();
  await receiver.end();
});

const spansOf = (trace: string) => receiver.spans.filter((span) => span.traceId === trace);

/** Runs a command as a task, from the REST call to its end; answers what it printed. */
async function runTask(script: string, headers: Record<string, string>): Promise<string> {
  const call = restCaller(() => `http://${system.addresses.http}/task-executor/api/v1`);
  const body = { problem_id: "trace-1", parameters: { command: ["sh", "-c", script], timeout: 60 } };
  const { body: task } = await call("POST", "/tasks", body, { "content-type": "application/json", ...headers });
  const isOver = ({ body: now }: RestAnswer) => now.status === "completed";
  const { body: ended } = await answerOnce(() => call("GET", `/tasks/${task.id}`), isOver);
  return ended.result.stdout.trim();
}

describe("a job that was submitted over REST by a caller with a trace", () => {
  it("is one trace, from the call to the end of its only attempt and into its process", async () => {
    const traceparent = `00-${traceId}-${spanId}-01`;
    const stdout = await runTask("echo $TRACEPARENT", { traceparent });
    const sealed = ({ name, kind }: ReceivedSpan) => name === seal && kind === 2;
    await eventually(async () => expect(spansOf(traceId).some(sealed)).toBe(true), { timeoutMs: 10_000 });
    const spans = spansOf(traceId);
    console.log(treeOf(spans).join("\n"));

    const named = (name: string) => spans.filter((span) => span.name === name);
    const paths = (name: string) => named(name).map((span) => pathOf(spans, span));
    const only = (name: string) => named(name)[0] as ReceivedSpan;

    // REST -> gRPC -> SQL: one span for each side of the call, and the commit with its statement.
    expect(only(post)).toMatchObject({ kind: 2, parentSpanId: spanId });
    expect(attributeOf(only(post), "http.response.status_code")).toBe("201");
    expect(paths("flush scheduler-submit")).toEqual([[post, job, job, "flush scheduler-submit"]]);
    const [statement] = spans.filter(({ parentSpanId }) => parentSpanId === only("flush scheduler-submit").spanId);
    expect(statement).toMatchObject({ kind: 3 });
    expect(attributeOf(statement as ReceivedSpan, "db.system.name")).toBe("postgresql");

    // Claimed and run once, below the call that made the job.
    const [submitted] = named(job).filter(({ kind }) => kind === 2);
    const run = spans.find(({ name }) => name.startsWith("run ")) as ReceivedSpan;
    const claim = spans.find(({ name }) => name.startsWith("claim ")) as ReceivedSpan;
    expect([run.parentSpanId, claim.parentSpanId]).toEqual([submitted?.spanId, submitted?.spanId]);
    expect([attributeOf(run, "switchyard.attempt"), attributeOf(run, "switchyard.outcome")]).toEqual([
      "1",
      "SUCCEEDED",
    ]);

    // The process goes on below the attempt.
    expect(stdout).toBe(`00-${traceId}-${run.spanId}-01`);

    // What the runner calls: its log, behind a check of the lease, and its reports, the last of which ends the job.
    const below = [post, job, job, run.name];
    expect(paths("flush log-store-append")[0]?.slice(0, 6)).toEqual([...below, append, append]);
    expect(paths(`${dispatch}/RenewLeases`)[0]?.slice(0, 6)).toEqual([...below, append, append]);
    const reported = [...below, report, report, `${dispatch}/ReportAttempts`, `${dispatch}/ReportAttempts`];
    expect(paths("flush scheduler-report").at(-1)).toEqual([...reported, "flush scheduler-report"]);
  });

  it("of which the trace is not sampled, makes no spans and keeps nothing of it", async () => {
    const unsampled = traceId.replace("0af", "1af");
    expect(await runTask("echo [$TRACEPARENT]", { traceparent: `00-${unsampled}-${spanId}-00` })).toBe("[]");
    expect(spansOf(unsampled)).toEqual([]);
  });
});

describe("a job of a handler in this process", () => {
  it("has a span for each attempt, in which the handler's own spans and its children nest", async () => {
    const { transport } = system;
    const client = createSwitchyardClient({ transport });
    const handlers: JobHandlers = {
      "trace.parent": async ({ lease, traceParent }) => {
        if (lease.attempt === 1) throw new JobFailure("once more", { retryable: true });
        await inChildSpan(
          () => ({ name: "the handler's own" }),
          () => client.submit("default", { kind: "trace.child" }),
        );
        return traceParent;
      },
      "trace.child": () => undefined,
    };
    const runner = createRunner({ transport, namespace: "default", name: "traced", slots: 2, handlers });
    await runner.start();
    const root = trace.getTracer("test").startSpan("root");
    const submit = () => client.submit("default", { kind: "trace.parent", policies: { maxAttempts: 2 } });
    const { jobId } = await inSpan(root, submit);
    root.end();
    const { lastAttempt } = await client.waitForJob("default", jobId);
    const id = root.spanContext().traceId;
    const named = (name: string) => spansOf(id).filter((span) => span.name === name);
    await eventually(async () => expect(named("run trace.child")).toHaveLength(1), { timeoutMs: 10_000 });

    const attempts = named("run trace.parent");
    expect(attempts.map((span) => attributeOf(span, "switchyard.attempt"))).toEqual(["1", "2"]);
    expect(attempts.map((span) => attributeOf(span, "switchyard.outcome"))).toEqual(["FAILED", "SUCCEEDED"]);
    const [first, second] = attempts as [ReceivedSpan, ReceivedSpan];
    expect(first.parentSpanId).toBe(second.parentSpanId);
    expect(payloadJson(lastAttempt?.outcome?.result)).toBe(`00-${id}-${second.spanId}-01`);
    const [child] = named("run trace.child") as [ReceivedSpan];
    expect(pathOf(spansOf(id), child)).toEqual(["root", "run trace.parent", "the handler's own", "run trace.child"]);
    await runner.stop(0);
    client.close();
  });
});

describe("a commit that several callers share", () => {
  it("is a span of the first one, with links to the others", async () => {
    const client = createSwitchyardClient({ transport: system.transport, submit: { maxItems: 1 } });
    const tracer = trace.getTracer("test");
    const roots = Array.from({ length: 12 }, (_, i) => tracer.startSpan(`caller ${i}`));
    const spec = { kind: "nobody.runs.this" };
    await Promise.all(
      roots.map((root, i) =>
        inSpan(root, () => client.jobs.submitJobs({ namespace: "default", requestId: `l-${i}`, items: [{ spec }] })),
      ),
    );
    for (const root of roots) root.end();
    const ids = new Set(roots.map((root) => root.spanContext().traceId));
    const flushes = () =>
      receiver.spans.filter(({ name, traceId: of }) => name === "flush scheduler-submit" && ids.has(of));
    const reached = () =>
      new Set(flushes().flatMap(({ traceId: of, links = [] }) => [of, ...links.map((link) => link.traceId)]));
    await eventually(async () => expect([...reached()].filter((of) => ids.has(of))).toHaveLength(12), {
      timeoutMs: 10_000,
    });
    expect(flushes().length).toBeLessThan(12);
    client.close();
  });
});
