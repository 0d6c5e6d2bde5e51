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
    // Compared by hand: an `expect` costs more than all the rest of a step.
    const differences: string[] = [];
    const compare = (step: number, what: string, of: unknown, wanted: unknown) => {
      if (of !== wanted) differences.push(`${what} in step ${step}: ${of} for ${wanted}`);
    };
    for (let step = 0; step < 20_000; step++) {
      const key = random(600);
      if (random(3) > 0) {
        model.delete(key);
        model.set(key, step);
        map.set(key, step);
      } else {
        compare(step, "delete", map.delete(key), model.delete(key));
      }
      if (random(4) === 0) compare(step, "oldest", map.oldest()?.join(), model.entries().next().value?.join());
      compare(step, "size", map.size, model.size);
    }
    expect([...map.values()]).toEqual([...model.values()]);
    for (let step = 0; model.size > 0; step++) {
      const [key] = map.oldest() ?? [Number.NaN];
      compare(step, "key", key, model.keys().next().value);
      compare(step, "get", map.get(key), model.get(key));
      map.delete(key);
      model.delete(key);
    }
    expect(differences).toEqual([]);
    expect(map.oldest()).toBeUndefined();
  });
});
