import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { LogService, type SealTarget } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { OutcomeSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { createClient, createInMemoryTransport, route } from "@switchyard/rpc";
import { expect, it } from "vitest";
import { createSeals } from "./seals.js";

function setUp(answer: (targets: readonly SealTarget[], call: number) => void) {
  const calls: SealTarget[][] = [];
  const errors: boolean[] = [];
  const transport = createInMemoryTransport({
    routes: [
      route(LogService, {
        sealLog: ({ targets }) => {
          calls.push(targets);
          answer(targets, calls.length);
          return {};
        },
      }),
    ],
  });
  const seals = createSeals({
    logStore: createClient(LogService, transport),
    onError: (_, willRepeat) => errors.push(willRepeat),
  });
  return { seals, calls, errors };
}

const outcome = create(OutcomeSchema, { streams: [{ stream: "out", length: 3n }] });

it("shares calls, one namespace each", async () => {
  const { seals, calls } = setUp(() => undefined);
  await Promise.all([
    seals.sealBefore("a", "j1", 2),
    seals.sealEnded("a", [{ jobId: "j2", attempt: 1, outcome }]),
    seals.sealBefore("b", "j3", 5),
  ]);
  expect(calls.map((targets) => targets.map(({ jobId, which }) => [jobId, which.case, which.value]))).toEqual([
    [
      ["j1", "beforeAttempt", 2],
      ["j2", "attempt", 1],
    ],
    [["j3", "beforeAttempt", 5]],
  ]);
  expect(calls[0]?.[1]?.lengths.map(({ stream, length }) => [stream, length])).toEqual([["out", 3n]]);
});

it("repeats while the store is away", async () => {
  const { seals, calls, errors } = setUp((_, call) => {
    if (call < 3) throw new ConnectError("away", Code.Unavailable);
  });
  await seals.sealBefore("a", "j1", 2);
  expect([calls.length, errors]).toEqual([3, [true, true]]);
});

it("does not let one refused target hold up the others", async () => {
  const { seals } = setUp((targets) => {
    if (targets.some(({ jobId }) => jobId === "bad")) throw new ConnectError("no", Code.InvalidArgument);
  });
  const results = await Promise.allSettled(["x", "bad", "y"].map((jobId) => seals.sealBefore("a", jobId, 2)));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

it("gives up when it is stopped", async () => {
  const { seals } = setUp(() => {
    throw new ConnectError("away", Code.Unavailable);
  });
  const sealing = seals.sealBefore("a", "j1", 2).catch((error: unknown) => error);
  await seals.stop();
  expect(await sealing).toMatchObject({ reason: "SHUTTING_DOWN" });
});
