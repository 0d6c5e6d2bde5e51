import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReuseKeys } from "./reuse-keys.js";

describe("re-use keys", () => {
  it("are held by the job that has had them longest, whatever comes and goes", () => {
    const steps = fc.array(fc.record({ key: fc.constantFrom("a", "b"), serial: fc.nat(8) }), { maxLength: 80 });
    fc.assert(
      fc.property(steps, (list) => {
        const keys = new ReuseKeys();
        const model: Record<string, number[]> = { a: [], b: [] };
        for (const { key, serial } of list) {
          const open = model[key] as number[];
          if (open.includes(serial)) {
            keys.remove(key, serial);
            open.splice(open.indexOf(serial), 1);
          } else {
            keys.add(key, serial);
            open.push(serial);
          }
          expect(keys.get(key)).toBe(open[0]);
        }
      }),
    );
  });

  it("go back to the job that held them before the shard was loaded, whichever is loaded first", () => {
    for (const holder of [1, 2, 3]) {
      const keys = new ReuseKeys();
      for (const serial of [1, 2, 3]) keys.add("k", serial, serial === holder);
      expect(keys.get("k")).toBe(holder);
      keys.remove("k", holder);
      const next = keys.get("k");
      expect([1, 2, 3].filter((serial) => serial !== holder)).toContain(next);
    }
  });

  it("ignore the empty key", () => {
    const keys = new ReuseKeys();
    keys.add("", 1);
    expect(keys.get("")).toBeUndefined();
    keys.remove("", 1);
  });
});
