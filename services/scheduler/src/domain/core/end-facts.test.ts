import { describe, expect, it } from "vitest";
import { outcomeSums } from "./end-facts.js";

describe("the sums of an outcome", () => {
  it("are its code and its metrics, and nothing for other facts", () => {
    const facts = { labels: { code: "build-failed", transient: "yes" }, metrics: { cpu: 1.5 }, artifacts: ["a"] };
    expect(outcomeSums(JSON.stringify(facts))).toEqual({ code: "build-failed", metrics: { cpu: 1.5 } });
    expect(outcomeSums("")).toEqual({ code: "", metrics: {} });
    expect(outcomeSums(JSON.stringify({ labels: { other: "x" } }))).toEqual({ code: "", metrics: {} });
  });

  it("have names that fit into a key and a text column, whatever the runner says", () => {
    const { code, metrics } = outcomeSums(
      JSON.stringify({
        labels: { code: "€".repeat(200) },
        metrics: { ["a\u0000".repeat(200)]: 1, ["😀".repeat(100)]: 2 },
      }),
    );
    expect(code).toBe("€".repeat(85));
    for (const name of Object.keys(metrics)) {
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect(name).not.toContain("\u0000");
      expect(Buffer.from(name).toString()).toBe(name);
    }
    expect(Object.values(metrics)).toEqual([1, 2]);
  });

  it("add up metrics whose names are the same once cut", () => {
    const metrics = { ["x".repeat(255)]: 1, ["x".repeat(256)]: 2 };
    expect(outcomeSums(JSON.stringify({ metrics })).metrics).toEqual({ ["x".repeat(255)]: 3 });
  });
});
