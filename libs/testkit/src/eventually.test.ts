import { expect, it } from "vitest";
import { eventually } from "./eventually.js";

it("repeats until the assertion passes, and returns its value", async () => {
  let tries = 0;
  const value = await eventually(
    () => {
      tries++;
      if (tries < 3) throw new Error("not yet");
      return tries;
    },
    { intervalMs: 1 },
  );
  expect(value).toBe(3);
});

it("throws the last error after the deadline", async () => {
  let tries = 0;
  const never = () => Promise.reject(new Error(`try ${++tries}`));
  await expect(eventually(never, { timeoutMs: 20, intervalMs: 1 })).rejects.toThrow(/^try \d+$/);
  expect(tries).toBeGreaterThan(1);
});

it("tries once even without time", async () => {
  expect(await eventually(() => "at once", { timeoutMs: 0 })).toBe("at once");
});
