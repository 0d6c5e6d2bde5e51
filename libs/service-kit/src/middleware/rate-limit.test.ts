import { createContextValues, type HandlerContext } from "@connectrpc/connect";
import type { SwitchyardError } from "@switchyard/errors";
import type { RpcCall } from "@switchyard/rpc";
import { expect, it } from "vitest";
import { omnipotent, setPrincipal } from "../auth/principal.js";
import { createRateLimit } from "./rate-limit.js";

const clock = { nowMs: 0 };
const limited = (callsPerSecond: number) => createRateLimit({ callsPerSecond, nowMs: () => clock.nowMs });

function callBy(name: string | undefined, protocolName = "grpc"): RpcCall {
  const context = { values: createContextValues(), protocolName } as unknown as HandlerContext;
  if (name !== undefined) setPrincipal(context, omnipotent(name));
  return { context } as RpcCall;
}

/** Whether a call got through, else how long its caller is told to wait. */
async function outcome(limit: ReturnType<typeof limited>, call: RpcCall): Promise<true | number | undefined> {
  try {
    await limit(call, async () => undefined);
    return true;
  } catch (error) {
    const { reason, retryAfterMs } = error as SwitchyardError;
    expect(reason).toBe("RATE_LIMITED");
    return retryAfterMs;
  }
}

it("lets a principal through twice its rate at once, then at its rate, and others by their own", async () => {
  const limit = limited(4);
  const ask = () => outcome(limit, callBy("a"));
  expect(await Promise.all(Array.from({ length: 9 }, ask))).toEqual([...Array(8).fill(true), 250]);
  clock.nowMs += 100;
  expect(await ask()).toBe(150);
  expect(await outcome(limit, callBy("b"))).toBe(true);
  clock.nowMs += 150;
  expect([await ask(), await ask()]).toEqual([true, 250]);
  clock.nowMs += 3_600_000;
  expect(await Promise.all(Array.from({ length: 9 }, ask))).toEqual([...Array(8).fill(true), 250]);
});

it("leaves callers of the same process and methods without callers alone", async () => {
  const limit = limited(1);
  const calls = [callBy("a", "memory"), callBy(undefined)].flatMap((call) => [call, call, call, call]);
  expect(await Promise.all(calls.map((call) => outcome(limit, call)))).toEqual(Array(8).fill(true));
});

it("remembers who is over the limit while many others come and go", async () => {
  const limit = limited(1);
  for (let i = 0; i < 3; i++) await outcome(limit, callBy("busy"));
  for (let i = 0; i < 5_000; i++) expect(await outcome(limit, callBy(`passing-${i}`))).toBe(true);
  expect(await outcome(limit, callBy("busy"))).toBe(1_000);
});
