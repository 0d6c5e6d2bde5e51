import { describe, expect, it } from "vitest";
import { assignFree, heirsOf, receiverFrom } from "./balance.js";

const owned = (...owners: (string | undefined)[]) => owners.map((owner, shard) => ({ shard, owner }));

describe("free shards", () => {
  it("go to whoever has the fewest, by name where several have", () => {
    expect([...assignFree(owned("a", undefined, undefined, undefined), ["b", "a"])]).toEqual([
      [1, "b"],
      [2, "a"],
      [3, "b"],
    ]);
  });

  it("stay where they are while nobody takes any", () => {
    expect(assignFree(owned(undefined), []).size).toBe(0);
  });
});

describe("a shard is handed over", () => {
  it("by the one with the most to the one with the fewest, from a difference of two on", () => {
    expect(receiverFrom("a", owned("a", "a"), ["a", "b"])).toBe("b");
    expect(receiverFrom("a", owned("a", "b", "a"), ["a", "b"])).toBeUndefined();
    expect(receiverFrom("b", owned("a", "a", "a", "b"), ["a", "b", "c"])).toBeUndefined();
    expect(receiverFrom("b", owned("a", "a", "b", "b"), ["a", "b", "c"])).toBeUndefined();
    expect(receiverFrom("a", owned("a", "a", "b", "b"), ["a", "b", "c"])).toBe("c");
  });

  it("until everybody has its share, from any beginning", () => {
    const replicas = ["a", "b", "c"];
    const shards = owned(...Array.from({ length: 16 }, () => "a")) as { shard: number; owner: string }[];
    for (let round = 0; round < 50; round++) {
      for (const giver of replicas) {
        const receiver = receiverFrom(giver, shards, replicas);
        const given = shards.find(({ owner }) => owner === giver);
        if (receiver && given) given.owner = receiver;
      }
    }
    const loads = replicas.map((id) => shards.filter(({ owner }) => owner === id).length);
    expect(loads.sort()).toEqual([5, 5, 6]);
  });
});

it("the shards of one that leaves are spread over the others, who keep theirs", () => {
  expect([...heirsOf("a", owned("a", "b", "a", "b", "a"), ["a", "b", "c"])]).toEqual([
    [0, "c"],
    [2, "c"],
    [4, "b"],
  ]);
  expect(heirsOf("a", owned("a"), ["a"]).size).toBe(0);
});
