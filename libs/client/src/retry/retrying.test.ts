import { SwitchyardError } from "@switchyard/errors";
import { expect, test } from "vitest";
import { isSafelyRepeated, retrying } from "./retrying.js";

const quick = { backoff: { initialMs: 0, maxMs: 0 } };

function failing(...errors: unknown[]) {
  const state = { tries: 0 };
  const call = () => {
    state.tries++;
    return errors.length > 0 ? Promise.reject(errors.shift()) : Promise.resolve("answer");
  };
  return { call, state };
}

test("errors that may pass are repeated", async () => {
  const { call, state } = failing(new SwitchyardError("SHARD_LOST"), new SwitchyardError("OWNER_UNKNOWN"));
  await expect(retrying(call, quick)).resolves.toBe("answer");
  expect(state.tries).toBe(3);
});

test("others are thrown at once", async () => {
  const { call, state } = failing(new SwitchyardError("INVALID_ARGUMENT"));
  await expect(retrying(call, quick)).rejects.toMatchObject({ reason: "INVALID_ARGUMENT" });
  expect(state.tries).toBe(1);
});

test("the server's delay is the least wait", async () => {
  const { call, state } = failing(new SwitchyardError("RATE_LIMITED", "slow down", {}, { retryAfterMs: 60_000 }));
  const leaving = new AbortController();
  const answered = retrying(call, { ...quick, signal: leaving.signal });
  setTimeout(() => leaving.abort(new Error("left")), 20);
  await expect(answered).rejects.toThrow("left");
  expect(state.tries).toBe(1);
});

test("a passed deadline is repeated only where a repeat is safe", async () => {
  const late = () => new SwitchyardError("DEADLINE_EXCEEDED");
  await expect(retrying(failing(late()).call, quick)).rejects.toMatchObject({ reason: "DEADLINE_EXCEEDED" });
  const safe = { ...quick, retryable: (error: unknown) => isSafelyRepeated(error) };
  await expect(retrying(failing(late()).call, safe)).resolves.toBe("answer");
});
