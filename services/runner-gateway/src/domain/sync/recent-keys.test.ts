import { expect, it } from "vitest";
import { RecentKeys } from "./recent-keys.js";

it("remembers as many as asked for, and not more than twice as many", () => {
  const keys = new RecentKeys();
  for (let i = 0; i < 1_000; i++) {
    keys.add(String(i), 10);
    for (let back = 0; back <= 10; back++) expect(keys.has(String(i - back))).toBe(i >= back);
    expect(keys.has(String(i - 22))).toBe(false);
  }
});
