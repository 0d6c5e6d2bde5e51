import { expect, it } from "vitest";
import { microDollars, sparkline } from "./cost-history.js";

it("draws costs with the largest at the top", () => {
  const points = (values: readonly number[]) => /points="([^"]*)"/.exec(sparkline(values, 100, 12))?.[1];
  expect(points([0, 5, 10])).toBe("0.0,11.0 50.0,6.0 100.0,1.0");
  expect(points([0, 0])).toBe("0.0,11.0 100.0,11.0");
  expect(points([3])).toBe("0.0,1.0");
  expect(sparkline([])).toContain("<svg");
});

it("rounds to millionths of a dollar", () => {
  expect(microDollars(0.1 + 0.2)).toBe(0.3);
  expect(microDollars(0.0000004)).toBe(0);
});
