import { describe, expect, it } from "vitest";
import { createGate } from "./gate.js";

describe("createGate", () => {
  it("lets no more through than it has places for, in their order", async () => {
    const gate = createGate(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const work = [0, 1, 2, 3].map((index) =>
      gate(() => {
        begun.push(index);
        return new Promise<void>((resolve) => ends.push(resolve));
      }),
    );
    expect(begun).toEqual([0, 1]);
    ends[1]?.();
    await work[1];
    await Promise.resolve();
    expect(begun).toEqual([0, 1, 2]);
    ends[0]?.();
    await work[0];
    await Promise.resolve();
    ends[2]?.();
    ends[3]?.();
    await Promise.all(work);
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it("goes on after a failure", async () => {
    const gate = createGate(1);
    await expect(gate(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(gate(() => Promise.resolve("yes"))).resolves.toBe("yes");
  });
});
