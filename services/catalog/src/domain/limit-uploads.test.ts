import { fromConnectError } from "@switchyard/errors";
import { expect, test } from "vitest";
import { limitUploads } from "./limit-uploads.js";

test("refuses what goes beyond the limit, and counts what has ended or failed no more", async () => {
  const run = limitUploads(2);
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const held = [run(() => ended), run(() => ended)];
  expect(await run(async () => "late").catch(fromConnectError)).toMatchObject({
    reason: "RATE_LIMITED",
    metadata: { limit: "2" },
    retryAfterMs: 1_000,
  });
  end();
  await Promise.all(held);
  const failing = () => Promise.reject(new Error("broken"));
  for (let round = 0; round < 3; round++) await expect(run(failing)).rejects.toThrow("broken");
  expect(await run(async () => "next")).toBe("next");
});
