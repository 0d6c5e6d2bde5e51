import { describe, expect, it } from "vitest";
import { parseShardDatabases, planDatabases } from "./shard-databases.js";

describe("the map of shards to databases", () => {
  it("names shards and ranges of them, and URLs with commas", () => {
    const map = parseShardDatabases("4-5=postgres://a:x,y@one,two/db,8=postgresql://b/db");
    expect([...(map ?? [])]).toEqual([
      [4, "postgres://a:x,y@one,two/db"],
      [5, "postgres://a:x,y@one,two/db"],
      [8, "postgresql://b/db"],
    ]);
  });

  it.each(["", "4", "4=mysql://a", "5-4=postgres://a", "4=postgres://a,4-5=postgres://b", "1024=postgres://a"])(
    "is refused: %s",
    (text) => expect(parseShardDatabases(text)).toBeUndefined(),
  );

  it("makes a plan with the home database first and each database once", () => {
    const shardDatabases = new Map([
      [1, "second"],
      [3, "second"],
    ]);
    expect(planDatabases({ databaseUrl: "home", shards: 4, shardDatabases })).toEqual([
      { url: "home", shards: [0, 2] },
      { url: "second", shards: [1, 3] },
    ]);
  });
});
