import { EventEmitter, once } from "node:events";
import { expect, it } from "vitest";
import { createLogger } from "../logger.js";
import { runUntilSignal, type RunUntilSignalOptions } from "./run-until-signal.js";

class FakeProcess extends EventEmitter {
  readonly codes: number[] = [];
  exit(code: number): void {
    this.codes.push(code);
    this.emit("exited");
  }
}

function run(overrides: Partial<RunUntilSignalOptions> = {}) {
  const host = new FakeProcess();
  const log: string[] = [];
  const started = runUntilSignal({
    start: async () => void log.push("start"),
    stop: async () => void log.push("stop"),
    logger: createLogger({ name: "test", level: "silent" }),
    host,
    ...overrides,
  });
  return { host, log, started };
}

it("stops once at a signal and exits with 0", async () => {
  const { host, log, started } = run();
  await started;
  const exited = once(host, "exited");
  host.emit("SIGTERM", "SIGTERM");
  await exited;
  expect(log).toEqual(["start", "stop"]);
  expect(host.codes).toEqual([0]);
  expect(host.listenerCount("SIGTERM")).toBe(0);
});

it("leaves at once at a second signal", async () => {
  const { host, started } = run({ stop: () => new Promise(() => undefined), graceMs: 2_000_000 });
  await started;
  host.emit("SIGTERM", "SIGTERM");
  host.emit("SIGINT", "SIGINT");
  expect(host.codes).toEqual([1]);
});

it("exits with 1 when the start fails, after trying to stop", async () => {
  const { host, log, started } = run({ start: () => Promise.reject(new Error("taken")) });
  await started;
  expect(log).toEqual(["stop"]);
  expect(host.codes).toEqual([1]);
});

it("exits with 1 when the stop fails, or takes too long, or nobody caught an error", async () => {
  const failing = run({ stop: () => Promise.reject(new Error("stuck")) });
  await failing.started;
  const failed = once(failing.host, "exited");
  failing.host.emit("SIGTERM", "SIGTERM");
  await failed;
  expect(failing.host.codes).toEqual([1]);

  const slow = run({ stop: () => new Promise(() => undefined), graceMs: 10 });
  await slow.started;
  const cut = once(slow.host, "exited");
  slow.host.emit("SIGTERM", "SIGTERM");
  await cut;
  expect(slow.host.codes).toEqual([1]);

  const faulty = run();
  await faulty.started;
  const fell = once(faulty.host, "exited");
  faulty.host.emit("unhandledRejection", new Error("lost"));
  await fell;
  expect(faulty.log).toEqual(["start", "stop"]);
  expect(faulty.host.codes).toEqual([1]);
});

it("ends with what ends by itself, stopped once, and with 1 when that gave up", async () => {
  const drained = run({ ended: Promise.resolve() });
  await once(drained.host, "exited");
  expect(drained.log).toEqual(["start", "stop"]);
  expect(drained.host.codes).toEqual([0]);

  const refused = run({ ended: Promise.reject(new Error("refused")) });
  await once(refused.host, "exited");
  expect(refused.host.codes).toEqual([1]);
});

it("exits with 1 when what is stopped gives up meanwhile", async () => {
  let giveUp = (_: Error) => {};
  const ended = new Promise<void>((_, reject) => {
    giveUp = reject;
  });
  const stop = async () => {
    giveUp(new Error("refused"));
    await ended.catch(() => undefined);
  };
  const { host, started } = run({ ended, stop });
  await started;
  const exited = once(host, "exited");
  host.emit("SIGTERM", "SIGTERM");
  await exited;
  expect(host.codes).toEqual([1]);
});
