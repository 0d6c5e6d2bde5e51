import { EventEmitter, once } from "node:events";
import { expect, it } from "vitest";
import { createLogger } from "../logger.js";
import { runUntilSignal } from "./run-until-signal.js";

class FakeProcess extends EventEmitter {
  readonly codes: number[] = [];
  exit(code: number): void {
    this.codes.push(code);
    this.emit("exited");
  }
}

function run(overrides: { start?: () => Promise<void>; stop?: () => Promise<void>; graceMs?: number } = {}) {
  const host = new FakeProcess();
  const log: string[] = [];
  const ended = runUntilSignal({
    start: async () => void log.push("start"),
    stop: async () => void log.push("stop"),
    logger: createLogger({ name: "test", level: "silent" }),
    host,
    ...overrides,
  });
  return { host, log, ended };
}

it("stops once at a signal and exits with 0", async () => {
  const { host, log, ended } = run();
  await ended;
  const exited = once(host, "exited");
  host.emit("SIGTERM", "SIGTERM");
  await exited;
  expect(log).toEqual(["start", "stop"]);
  expect(host.codes).toEqual([0]);
  expect(host.listenerCount("SIGTERM")).toBe(0);
});

it("leaves at once at a second signal", async () => {
  const { host, ended } = run({ stop: () => new Promise(() => undefined), graceMs: 2_000_000 });
  await ended;
  host.emit("SIGTERM", "SIGTERM");
  host.emit("SIGINT", "SIGINT");
  expect(host.codes).toEqual([1]);
});

it("exits with 1 when the start fails, after trying to stop", async () => {
  const { host, log, ended } = run({ start: () => Promise.reject(new Error("taken")) });
  await ended;
  expect(log).toEqual(["stop"]);
  expect(host.codes).toEqual([1]);
});

it("exits with 1 when the stop fails, or takes too long, or nobody caught an error", async () => {
  const failing = run({ stop: () => Promise.reject(new Error("stuck")) });
  await failing.ended;
  const failed = once(failing.host, "exited");
  failing.host.emit("SIGTERM", "SIGTERM");
  await failed;
  expect(failing.host.codes).toEqual([1]);

  const slow = run({ stop: () => new Promise(() => undefined), graceMs: 10 });
  await slow.ended;
  const cut = once(slow.host, "exited");
  slow.host.emit("SIGTERM", "SIGTERM");
  await cut;
  expect(slow.host.codes).toEqual([1]);

  const faulty = run();
  await faulty.ended;
  const fell = once(faulty.host, "exited");
  faulty.host.emit("unhandledRejection", new Error("lost"));
  await fell;
  expect(faulty.log).toEqual(["start", "stop"]);
  expect(faulty.host.codes).toEqual([1]);
});
