import { create } from "@bufbuild/protobuf";
import { LeaseSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { expect, it } from "vitest";
import { attemptKey } from "../attempt-key.js";
import { Strays } from "./strays.js";

const lease = (jobId: string, attempt = 1) => create(LeaseSchema, { jobId, attempt });
const times = { pendingMs: 100, sealBeforeMs: 1_000 };

it("leaves what is missing to the replica that it was granted to, until that must have let go of it", () => {
  const strays = new Strays(times);
  expect(strays.takeLost([lease("a")], 0)).toEqual([]);
  expect(strays.askAgainMs).toBe(200);
  expect(strays.takeLost([lease("a"), lease("b")], 199)).toEqual([]);
  expect(strays.takeLost([lease("a"), lease("b")], 200)).toEqual([lease("a")]);
  expect(strays.askAgainMs).toBe(399);
  expect(strays.takeLost([], 400)).toEqual([]);
  expect(strays.askAgainMs).toBe(Number.POSITIVE_INFINITY);
});

it("counts anew for what was named meanwhile, and for another process of the runner", () => {
  const strays = new Strays(times);
  strays.takeLost([lease("a")], 0);
  strays.takeLost([], 100);
  expect(strays.takeLost([lease("a")], 200)).toEqual([]);
  strays.beginAnew([]);
  expect(strays.takeLost([lease("a")], 400)).toEqual([]);
});

it("takes what the runner's process before had for lost at once", () => {
  const strays = new Strays(times);
  strays.beginAnew([attemptKey("a", 1)]);
  expect(strays.takeLost([lease("a"), lease("b")], 0)).toEqual([lease("a")]);
});

it("waits longer for attempts before which logs are sealed", () => {
  const strays = new Strays(times);
  strays.takeLost([lease("a", 2)], 0);
  expect(strays.takeLost([lease("a", 2)], 2_199)).toEqual([]);
  expect(strays.takeLost([lease("a", 2)], 2_200)).toEqual([lease("a", 2)]);
});
