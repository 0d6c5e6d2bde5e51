import { join } from "node:path";
import { expect, test } from "vitest";
import { runNode } from "../../test/run-node.js";

test("the chart's README.md has the values of values.yaml", async () => {
  const { code, output } = await runNode([join(import.meta.dirname, "../chart-readme.mjs"), "--check"]);
  expect(output).toBe("");
  expect(code).toBe(0);
});
