import { seededRandom } from "@switchyard/testkit";
import { describe, expect, it } from "vitest";
import { AgedMap } from "./aged-map.js";

describe("an aged map", () => {
  it("finds the oldest entry, whatever was set again or deleted before", () => {
    const map = new AgedMap<string, number>();
    expect(map.oldest()).toBeUndefined();
    for (const [key, value] of [
      ["a", 1],
      ["b", 2],
      ["c", 3],
      ["a", 4],
    ] as const)
      map.set(key, value);
    expect(map.oldest()).toEqual(["b", 2]);
    expect(map.delete("b")).toBe(true);
    expect(map.delete("b")).toBe(false);
    expect(map.oldest()).toEqual(["c", 3]);
    map.delete("c");
    expect([map.oldest(), map.size, map.get("a"), map.has("c")]).toEqual([["a", 4], 1, 4, false]);
    map.delete("a");
    expect(map.oldest()).toBeUndefined();
  });

  it.each([1, 2, 3, 4])("agrees with a Map that is searched from its beginning (%i)", (seed) => {
    const next = seededRandom(seed);
    const random = (below: number) => Math.floor(next() * below);
    const map = new AgedMap<number, number>();
    const model = new Map<number, number>();
    for (let step = 0; step < 20_000; step++) {
      const key = random(600);
      if (random(3) > 0) {
        model.delete(key);
        model.set(key, step);
        map.set(key, step);
      } else {
        expect(map.delete(key)).toBe(model.delete(key));
      }
      if (random(4) === 0) expect(map.oldest()).toEqual(model.entries().next().value);
      expect(map.size).toBe(model.size);
    }
    expect([...map.values()]).toEqual([...model.values()]);
    while (model.size > 0) {
      const [key] = map.oldest() ?? [Number.NaN];
      expect(key).toBe(model.keys().next().value);
      expect(map.get(key)).toBe(model.get(key));
      map.delete(key);
      model.delete(key);
    }
    expect(map.oldest()).toBeUndefined();
  });
});
