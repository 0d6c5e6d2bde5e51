import { describe, expect, it } from "vitest";
import { Turns } from "./turns.js";

describe("turns", () => {
  it("come one after the other for one key, also behind a failure, and at once for another", async () => {
    const turns = new Turns();
    const said: string[] = [];
    let release = () => {};
    const first = turns.take("a", async () => {
      said.push("a1");
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      throw new Error("failed");
    });
    const second = turns.take("a", async () => said.push("a2"));
    await turns.take("b", async () => said.push("b1"));
    expect(said).toEqual(["a1", "b1"]);
    release();
    await expect(first).rejects.toThrow("failed");
    await second;
    expect(said).toEqual(["a1", "b1", "a2"]);
  });
});
