import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { anySignal } from "./any-signal.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** In a function of its own, so that nothing on the stack holds the timeout. */
function timeoutOrNever(): AbortSignal {
  return anySignal([AbortSignal.timeout(300), new AbortController().signal]);
}

it("aborts with a timeout that nobody else holds, collections of garbage notwithstanding", async () => {
  const signal = timeoutOrNever();
  const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  // Each costs as much as the heap of everything that runs in this process is large.
  for (let i = 0; i < 2; i++) {
    await sleep(10);
    collectGarbage();
  }
  await aborted;
  expect((signal.reason as Error).name).toBe("TimeoutError");
});

it("aborts with the first, and is aborted when one already is", () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const signal = anySignal([a.signal, b.signal]);
  b.abort("b");
  a.abort("a");
  expect(signal.reason).toBe("b");
  expect(anySignal([AbortSignal.abort("x"), new AbortController().signal]).reason).toBe("x");
});
