import { expect, test } from "vitest";
import type { JobView, PodView } from "./api/objects.js";
import { type RunObjects, runStateOf } from "./run-state.js";

const identity = { name: "x", uid: "1", resourceVersion: "1" };
const job = (reason?: string): JobView => ({
  metadata: identity,
  ...(reason !== undefined && {
    status: { conditions: [{ type: "Failed", status: "True", reason, message: "words" }] },
  }),
});
const pod = (status: PodView["status"], metadata: object = {}): PodView => ({
  metadata: { ...identity, ...metadata },
  ...(status && { status }),
});
const terminated = (exitCode: number, finishedAt = "2026-01-01T00:00:10Z") => ({
  containerStatuses: [{ name: "job", state: { terminated: { exitCode, finishedAt } } }],
});
/** Asked for at 00:00:05. */
const deleted = { deletionTimestamp: "2026-01-01T00:00:35Z", deletionGracePeriodSeconds: 30 };
const disrupted = { type: "DisruptionTarget", status: "True", reason: "DeletionByTaintManager" } as const;

const cases: readonly (readonly [string, Partial<RunObjects>, object])[] = [
  ["no pod yet", { job: job() }, { kind: "starting" }],
  [
    "no pod, and the Job gave up",
    { job: job("BackoffLimitExceeded") },
    { kind: "lost", reason: "BackoffLimitExceeded" },
  ],
  ["no pod, and the Job is gone", { jobGone: true }, { kind: "lost", reason: "Deleted" }],
  ["a deadline of the cluster", { job: job("DeadlineExceeded"), pod: pod(terminated(143)) }, { kind: "overdue" }],
  ["an end", { pod: pod(terminated(3)) }, { kind: "ended", end: { exitCode: 3 } }],
  [
    "an end that somebody deletes afterwards",
    { pod: pod(terminated(0, "2026-01-01T00:00:04Z"), deleted) },
    { kind: "ended" },
  ],
  ["an end because of a deletion", { pod: pod(terminated(0), deleted) }, { kind: "lost", reason: "Deleted" }],
  [
    "gone with its node",
    { pod: pod({ conditions: [disrupted] }, deleted), podGone: true },
    { kind: "lost", reason: "DeletionByTaintManager" },
  ],
  [
    "being deleted is not over",
    { pod: pod({ containerStatuses: [{ name: "job", state: { running: {} } }] }, deleted) },
    { kind: "running" },
  ],
  [
    "refused by the node",
    { pod: pod({ phase: "Failed", reason: "OutOfcpu", message: "m" }) },
    { kind: "lost", reason: "OutOfcpu", message: "m" },
  ],
  [
    "another container's end is not the job's",
    { pod: pod({ phase: "Running", containerStatuses: [{ name: "side", state: { terminated: { exitCode: 0 } } }] }) },
    { kind: "starting" },
  ],
];

test.each(cases)("%s", (_, objects, expected) => {
  const nothing = { job: undefined, jobGone: false, pod: undefined, podGone: false };
  expect(runStateOf({ ...nothing, ...objects })).toMatchObject(expected);
});
