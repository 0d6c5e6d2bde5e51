import { expect, it } from "vitest";
import { withTimeout } from "./with-timeout.js";

it("passes on value and error", async () => {
  expect(await withTimeout(Promise.resolve(1), 1_000, "one")).toBe(1);
  await expect(withTimeout(Promise.reject(new Error("no")), 1_000, "one")).rejects.toThrow("no");
});

it("gives up, and says on what", async () => {
  await expect(withTimeout(new Promise(() => undefined), 5, "godot")).rejects.toThrow("waited 5 ms for godot");
});
