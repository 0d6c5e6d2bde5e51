import { systemClock } from "@switchyard/clock";
import { create } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { LeaseSchema, Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { afterEach, expect, test } from "vitest";
import { type Attempt, createAttempt } from "../attempt.js";
import { createReportQueue } from "./report-queue.js";
import type { ReportItem } from "./report-item.js";

const closing: AbortController[] = [];
const outcome = () => ({ kind: Outcome_Kind.SUCCEEDED });
const attempts = (count: number) =>
  Array.from({ length: count }, (_, i) => createAttempt(create(LeaseSchema, { jobId: `${i}`, attempt: 1 }), 0, 1e9));
const turn = () => new Promise((resolve) => setImmediate(resolve));

afterEach(() => {
  for (const one of closing.splice(0)) one.abort(new Error("closed"));
});

/** A queue whose calls are answered by hand. */
function setup(isHeld: (attempt: Attempt) => boolean = () => true) {
  const calls: { readonly said: string[]; answer: (count?: number) => Promise<unknown>; fail: () => void }[] = [];
  const settled: string[] = [];
  const closed = new AbortController();
  closing.push(closed);
  const reportAttempts = ({ reports }: { reports: ReportItem[] }) =>
    new Promise((resolve, reject) => {
      calls.push({
        fail: () => reject(new Error("the connection ended")),
        said: reports.map(({ of, report }) => `${report.case} ${of.key}`),
        answer: (count = reports.length) => {
          resolve({ results: Array.from({ length: count }, () => ({ reason: 0, message: "" })) });
          return turn();
        },
      });
    });
  const queue = createReportQueue({
    runners: { reportAttempts } as unknown as Client<typeof RunnerService>,
    namespace: "n",
    runnerId: () => "r",
    timeoutMs: 1_000,
    closed: closed.signal,
    clock: { ...systemClock, monotonicMs: () => 0 },
    isHeld,
    onSettled: ({ key }: Attempt) => settled.push(key),
    onWarning: () => undefined,
  });
  return { queue, calls, settled, closed };
}

test("a start that is overtaken by its outcome in the same turn is left out, be others sent or not", async () => {
  const { queue, calls, settled } = setup();
  const [done, works] = attempts(2) as [Attempt, Attempt];
  queue.start(works);
  queue.start(done);
  queue.outcome(done, outcome());
  await Promise.resolve();
  await turn();
  expect(calls.map(({ said }) => said)).toEqual([["outcome 0"]]);
  await calls[0]?.answer();
  expect(calls[1]?.said).toEqual(["start 1"]);
  expect(settled).toEqual(["0"]);
});

test("a small batch waits for the call under way, a full one does not, and a third call is never made", async () => {
  const { queue, calls, settled } = setup();
  const all = attempts(3_500);
  const end = (from: number, to: number) => {
    for (const attempt of all.slice(from, to)) queue.outcome(attempt, outcome());
  };
  end(0, 1);
  await turn();
  end(1, 1_000);
  await turn();
  expect(calls.map(({ said }) => said.length)).toEqual([1]);
  end(1_000, 1_001);
  await turn();
  expect(calls.map(({ said }) => said.length)).toEqual([1, 1_000]);
  end(1_001, 3_500);
  await turn();
  expect(calls).toHaveLength(2);
  await calls[1]?.answer();
  expect(calls.map(({ said }) => said.length)).toEqual([1, 1_000, 1_000]);
  await calls[0]?.answer();
  await calls[2]?.answer();
  expect(calls.map(({ said }) => said.length)).toEqual([1, 1_000, 1_000, 1_000]);
  await calls[3]?.answer();
  expect(calls[4]?.said).toHaveLength(499);
  await calls[4]?.answer();
  expect(settled).toHaveLength(3_500);
  expect(new Set(calls.flatMap(({ said }) => said)).size).toBe(3_500);
});

test("reports of one attempt stay in order when two calls are under way", async () => {
  const { queue, calls } = setup();
  const [first, ...others] = attempts(2_001) as [Attempt, ...Attempt[]];
  queue.progress(first, { current: 1 });
  await turn();
  queue.outcome(first, outcome());
  for (const attempt of others.slice(0, 1_000)) queue.outcome(attempt, outcome());
  await turn();
  expect(calls.map(({ said }) => said.length)).toEqual([1, 1_000]);
  expect(calls[1]?.said).not.toContain("outcome 0");
  await calls[0]?.answer();
  expect(calls[2]?.said).toEqual(["outcome 0"]);
});

test("what a second call held back is sent when that returns", async () => {
  const { queue, calls } = setup();
  const [blocker, held, ...others] = attempts(1_001) as [Attempt, Attempt, ...Attempt[]];
  queue.outcome(blocker, outcome());
  await turn();
  queue.progress(held, { current: 1 });
  for (const attempt of others) queue.outcome(attempt, outcome());
  expect(calls).toHaveLength(1);
  await turn();
  expect(calls[1]?.said).toContain("progress 1");
  queue.outcome(held, outcome());
  await calls[0]?.answer();
  expect(calls).toHaveLength(2);
  await calls[1]?.answer();
  expect(calls[2]?.said).toEqual(["outcome 1"]);
});

test("a report without an answer goes again before what came meanwhile, but not over what is newer", async () => {
  const { queue, calls } = setup();
  const [one, two] = attempts(2) as [Attempt, Attempt];
  queue.progress(one, { current: 1 });
  await turn();
  queue.outcome(two, outcome());
  await calls[0]?.answer(0);
  await expect.poll(() => calls.length).toBe(2);
  expect(calls[1]?.said).toEqual(["progress 0", "outcome 1"]);
});

test("after the close everything counts as settled, also what ends later", async () => {
  const { queue, calls, settled, closed } = setup();
  const [sending, queued, idle] = attempts(3) as [Attempt, Attempt, Attempt];
  queue.progress(sending, { current: 1 });
  await turn();
  queue.progress(queued, { current: 1 });
  queue.outcome(idle, outcome());
  closed.abort(new Error("closed"));
  calls[0]?.fail();
  await turn();
  expect(settled).toEqual(["2"]);
  queue.outcome(sending, outcome());
  queue.outcome(queued, outcome());
  await turn();
  expect(settled.toSorted()).toEqual(["0", "1", "2"]);
});

test("an outcome whose lease has ended before it could be sent counts as given up, though nothing else has seen that yet", async () => {
  const { queue, calls, settled } = setup(() => false);
  const [late] = attempts(1) as [Attempt];
  queue.outcome(late, outcome());
  await turn();
  expect(calls).toEqual([]);
  expect(settled).toEqual(["0"]);
  expect(late.over).toBe(true);
});
