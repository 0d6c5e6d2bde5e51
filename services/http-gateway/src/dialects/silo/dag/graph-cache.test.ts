import { describe, expect, it } from "vitest";
import { type ConeGraph, readConeGraph } from "./cone.js";
import { createGraphCache } from "./graph-cache.js";

const graphOf = (nodes: number): ConeGraph =>
  readConeGraph(JSON.stringify({ nodes: Array.from({ length: nodes }, (_, n) => ({ node_key: `n${n}` })), edges: [] }));

describe("a cache of graphs", () => {
  it("makes a graph once for all who ask", async () => {
    const cache = createGraphCache();
    let made = 0;
    const make = async () => {
      made += 1;
      return graphOf(1);
    };
    const [first, second] = await Promise.all([cache.get("a", make), cache.get("a", make)]);
    expect(first).toBe(second);
    expect(await cache.get("a", make)).toBe(first);
    expect(made).toBe(1);
  });

  it("keeps what was asked for last", async () => {
    const cache = createGraphCache(25);
    const made: string[] = [];
    const get = async (id: string) => {
      await cache.get(id, async () => {
        made.push(id);
        return graphOf(10);
      });
    };
    for (const id of ["a", "b", "a", "c", "a", "b"]) await get(id);
    expect(made).toEqual(["a", "b", "c", "b"]);
  });

  it("keeps one graph, however large", async () => {
    const cache = createGraphCache(5);
    const graph = await cache.get("a", async () => graphOf(100));
    expect(await cache.get("a", () => Promise.reject(new Error("was not kept")))).toBe(graph);
  });

  it("tries again what failed", async () => {
    const cache = createGraphCache();
    await expect(cache.get("a", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
    expect((await cache.get("a", async () => graphOf(2))).size).toBe(2);
  });
});
