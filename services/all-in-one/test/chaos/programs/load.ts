import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom, seedFor } from "@switchyard/testkit";
import { openCallLog } from "../record/call-log.js";
import { openProgram } from "./settings.js";
import { createUsers, type Users } from "./users.js";
import { startWatcher, type Watcher } from "./watcher.js";

// The load process of the harness: users who submit, cancel, read and wait, and a watcher of each namespace. SIGUSR2 ends the submits; SIGTERM,
// sent when everything has ended, waits until the watchers have seen it, and ends the process.

const { settings, journal, now, openClient } = openProgram();
const { namespaces, rate, seed } = settings;
const client = openClient();
const calls = openCallLog(settings.calls, now);
const over = new AbortController();
const watchers = namespaces.map((namespace) => startWatcher(openClient(), namespace, journal, over.signal));
const everybody = namespaces.map((namespace) =>
  createUsers({ client, namespace, journal, calls, random: seededRandom(seedFor(seed, namespace)) }),
);
await Promise.all(everybody.map((users) => users.begin()));
console.info("ready");

let isSubmitting = true;
const pending = new Set<Promise<void>>();
const begin = (call: Promise<void>) => {
  pending.add(call);
  void call.finally(() => pending.delete(call));
};

const batchSize = 10;
/** Of ten jobs two come in batches. For each job, so many of the other calls. */
const others: readonly (readonly [share: number, act: (users: Users) => Promise<void>])[] = [
  [0.8, (users) => users.submitOne()],
  [0.2 / batchSize, (users) => users.submitBatch(batchSize)],
  [0.02, (users) => users.cancelOne()],
  [0.05, (users) => users.readOne()],
  [0.01, (users) => users.waitForOne()],
];
const due = others.map(() => 0);

async function quieten(): Promise<void> {
  isSubmitting = false;
  while (pending.size > 0) await Promise.all(pending);
  const acknowledged = everybody.reduce((sum, { acknowledged: jobs }) => sum + jobs.size, 0);
  console.info(`quiet ${acknowledged}`);
}

/** Whether the watchers have seen the end of every job that was acknowledged, and nothing has come since. */
function hasSeenAll(): boolean {
  return everybody.every(({ acknowledged }, i) => {
    const { ended, lastNews } = watchers[i] as Watcher;
    return performance.now() - lastNews > 1_000 && [...acknowledged].every((job) => ended.has(job));
  });
}

async function finish(): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!hasSeenAll() && performance.now() < deadline) await sleep(100);
  console.info(`watched ${hasSeenAll() ? "all" : "less than all"}`);
  process.exit(0);
}

process.once("SIGUSR2", () => void quieten());
process.once("SIGTERM", () => void finish());

let last = performance.now();
while (isSubmitting) {
  await sleep(10);
  const passed = performance.now() - last;
  last += passed;
  for (const [i, [share, act]] of others.entries()) {
    for (due[i] = (due[i] ?? 0) + (share * rate * passed) / 1_000; (due[i] ?? 0) >= 1; due[i] = (due[i] ?? 0) - 1) {
      const users = everybody[Math.floor(Math.random() * everybody.length)];
      if (users !== undefined) begin(act(users));
    }
  }
}
