import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LimitBook } from "./limit-book.js";
import { type LimitSpec, unlimited } from "./limit-key.js";

const name = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 5 });
const spec = fc.record({
  seats: fc.option(fc.nat(3), { nil: undefined }),
  ratePerSecond: fc.option(fc.nat(3), { nil: undefined }),
  burst: fc.integer({ min: 1, max: 3 }),
});

describe("LimitBook", () => {
  it("gives each key its own limit, else that of the longest beginning, after any changes", () => {
    const change = fc.array(fc.record({ key: name, spec }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), fc.array(name, { maxLength: 12 }), (changes, keys) => {
        const book = new LimitBook([]);
        const limits = new Map<string, LimitSpec>();
        for (const key of keys) {
          book.key("concurrency", key);
          book.key("rate", key);
        }
        for (const [now, set] of changes.entries()) {
          for (const { key, spec: one } of set) {
            if (one.seats === undefined && one.ratePerSecond === undefined) limits.delete(key);
            else limits.set(key, one);
          }
          const before = new Map([...book.keys()].map((key) => [key, key.spec]));
          const changed = book.set(set, now);
          for (const key of book.keys()) {
            const beginnings = [...limits.keys()].filter(
              (one) => one.endsWith("*") && key.name.startsWith(one.slice(0, -1)),
            );
            const [longest] = beginnings.sort((a, b) => b.length - a.length);
            expect(key.spec).toBe(limits.get(key.name) ?? limits.get(longest ?? "none") ?? unlimited);
            expect(changed.includes(key)).toBe(before.get(key) !== key.spec);
          }
        }
        expect(book.limits).toEqual(limits);
      }),
      { numRuns: 500 },
    );
  });

  it("knows the stored levels of buckets that are not full again, also of keys with the limit of a beginning", () => {
    const rate = { seats: undefined, ratePerSecond: 1, burst: 10 };
    const none = { seats: undefined, ratePerSecond: undefined, burst: 1 };
    const book = new LimitBook([
      { key: "p-*", ...rate },
      { key: "own", ...rate, tokens: 4, tokensAt: 100_000 },
      { key: "p-empty", ...none, tokens: 0, tokensAt: 99_000 },
      { key: "p-full", ...none, tokens: 5, tokensAt: 50_000 },
      { key: "unlimited", ...none, tokens: 0, tokensAt: 99_000 },
    ]);
    expect([...book.keys()].map((key) => [key.name, key.level(100_000)])).toEqual([
      ["own", 4],
      ["p-empty", 1],
    ]);
    expect(book.key("rate", "p-full").level(100_000)).toBe(10);
  });

  it("forgets what nobody needs, and nothing else, however many keys there are", () => {
    const book = new LimitBook([{ key: "*", seats: 1, ratePerSecond: 1, burst: 2 }]);
    const spent = book.key("rate", "spent");
    spent.tokens = 0.5;
    spent.tokensAt = 1_000;
    const waiting = book.key("rate", "waiting");
    waiting.waiting = 1;
    for (let i = 0; i < 50_000; i++) {
      const key = book.key("rate", `key-${i}`);
      key.tokens = 2;
      key.tokensAt = 1_000;
      book.drop(book.key("concurrency", `key-${i}`));
    }
    expect([...book.keys()].length).toBeLessThan(3_000);
    expect(book.find("rate", "spent")).toBe(spent);
    expect(book.find("rate", "waiting")).toBe(waiting);
  });
});
