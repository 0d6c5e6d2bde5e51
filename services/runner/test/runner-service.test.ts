import { payloadJson } from "@switchyard/client";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { createLogger } from "@switchyard/service-kit";
import { afterEach, expect, test, vi } from "vitest";
import { createRunnerService, loadRunnerConfig, type RunnerService } from "../src/index.js";
import { liveProcesses } from "../src/process/process-group.js";
import { createGatewayDouble } from "./gateway-double.js";

const services: RunnerService[] = [];

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
});

async function setup(env: Record<string, string> = {}) {
  const gateway = createGatewayDouble();
  const config = loadRunnerConfig({ RUNNER_DRAIN: "0ms", ...env });
  const logger = createLogger({ name: "runner", level: "silent" });
  const service = createRunnerService(config, { transport: gateway.transport, logger });
  services.push(service);
  await service.start();
  const outcome = (jobId: string) => vi.waitUntil(() => gateway.outcomes.get(jobId), { timeout: 20_000, interval: 5 });
  return { gateway, service, outcome };
}

test("a process job runs, its output is the log, its end the outcome", async () => {
  const { gateway, outcome } = await setup();
  gateway.submit("a", { command: ["sh", "-c", "echo one; echo two; echo no >&2"] });
  const { kind, result, streams } = await outcome("a");
  expect(kind).toBe(Outcome_Kind.SUCCEEDED);
  expect(payloadJson(result)).toMatchObject({ exitCode: 0, stdout: "one\ntwo\n", stderr: "no\n" });
  expect(gateway.output("a")).toBe("one\ntwo\n");
  expect(new Map(streams.map(({ stream, length }) => [stream, length]))).toEqual(
    new Map([
      ["stdout", 2n],
      ["stderr", 1n],
    ]),
  );
});

test("a cancel reaches the process, and is confirmed when it is gone", async () => {
  const { gateway, outcome } = await setup();
  gateway.submit("cancelled", { command: `trap "" TERM; echo up; while :; do sleep 0.05; done`, shell: true });
  await vi.waitUntil(() => gateway.output("cancelled") === "up\n", { timeout: 20_000 });
  gateway.cancel("cancelled");
  const { kind } = await outcome("cancelled");
  expect(kind).toBe(Outcome_Kind.CANCELLED);
  expect(await liveProcesses({ id: 2, jobId: "cancelled", attempt: 1 })).toEqual([]);
});

test("a stop gives running jobs back and leaves no process", async () => {
  const { gateway, service } = await setup({ RUNNER_SLOTS: "3" });
  for (const jobId of ["s1", "s2", "s3"]) gateway.submit(jobId, { command: "echo up; sleep 100", shell: true });
  await vi.waitUntil(() => ["s1", "s2", "s3"].every((jobId) => gateway.output(jobId) === "up\n"), { timeout: 20_000 });
  await service.stop();
  for (const jobId of ["s1", "s2", "s3"]) {
    expect(gateway.outcomes.get(jobId)).toMatchObject({ kind: Outcome_Kind.RELEASED });
    expect(await liveProcesses({ id: 2, jobId, attempt: 1 })).toEqual([]);
  }
  expect(gateway.present.size).toBe(0);
});

test("a timeout of the input ends as timed out, a bad exit as failed", async () => {
  const { gateway, outcome } = await setup({ RUNNER_SLOTS: "2" });
  gateway.submit("late", { command: ["sleep", "100"], timeout: 0.05 });
  gateway.submit("bad", { command: ["sh", "-c", "exit 4"] });
  expect(await outcome("late")).toMatchObject({ kind: Outcome_Kind.TIMED_OUT, message: "timed out after 0.05 s" });
  expect(await outcome("bad")).toMatchObject({ kind: Outcome_Kind.FAILED, retryable: false });
});

test("a pool is as large as it is ordered, and works", async () => {
  const { gateway, service, outcome } = await setup({ RUNNER_POOL_SIZE: "1", RUNNER_POOL_NAMES: "w{nn}" });
  expect([...gateway.present]).toEqual(["w01"]);
  gateway.orderPool({ size: 2, running: true });
  await vi.waitUntil(() => gateway.present.size === 2, { timeout: 20_000 });
  gateway.submit("a", { command: ["echo", "one"] });
  expect((await outcome("a")).kind).toBe(Outcome_Kind.SUCCEEDED);
  await service.stop();
  expect(gateway.present.size).toBe(0);
});
