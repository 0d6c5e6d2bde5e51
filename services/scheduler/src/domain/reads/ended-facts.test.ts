import { describe, expect, it } from "vitest";
import { EndWatches } from "../core/end-watch.js";
import type { EndedFacts } from "../core/reuse.js";
import { complete } from "./ended-facts.js";

const read: EndedFacts = {
  states: new Map([
    [1, "SUCCEEDED"],
    [2, "FAILED"],
  ]),
  byKey: new Map([
    [
      "k",
      [
        { serial: 2, state: "FAILED", at: 20 },
        { serial: 1, state: "SUCCEEDED", at: 10 },
      ],
    ],
  ]),
};

describe("facts that were read", () => {
  it("are complete with what ended since, the last first", () => {
    const watches = new EndWatches();
    const watch = watches.open();
    watches.note({ serial: 3, state: "CANCELLED", at: 30, reuseKey: "k" });
    watches.note({ serial: 4, state: "SUCCEEDED", at: 40, reuseKey: "other" });
    watches.note({ serial: 5, state: "TIMED_OUT", at: 50, reuseKey: "" });
    watches.note({ serial: 6, state: "SUCCEEDED", at: 60, reuseKey: "k" });
    const { states, byKey } = complete(read, watch);
    expect(states.get(5)).toBe("TIMED_OUT");
    expect(byKey.get("k")?.map(({ serial }) => serial)).toEqual([6, 3, 2, 1]);
    expect(byKey.get("other")?.map(({ serial }) => serial)).toEqual([4]);
    expect([...byKey.keys()]).toEqual(["k", "other"]);
  });

  it("lose what was deleted or opened again, and get it back when it ends once more", () => {
    const watches = new EndWatches();
    const watch = watches.open();
    watches.gone(2);
    let { states, byKey } = complete(read, watch);
    expect(states.has(2)).toBe(false);
    expect(byKey.get("k")?.map(({ serial }) => serial)).toEqual([1]);
    watches.gone(1);
    watches.note({ serial: 2, state: "SUCCEEDED", at: 30, reuseKey: "k" });
    ({ states, byKey } = complete(read, watch));
    expect(states).toEqual(new Map([[2, "SUCCEEDED"]]));
    expect(byKey.get("k")).toEqual([{ serial: 2, state: "SUCCEEDED", at: 30 }]);
  });

  it("hear nothing before the watch, and nothing once it is closed", () => {
    const watches = new EndWatches();
    watches.note({ serial: 7, state: "SUCCEEDED", at: 1, reuseKey: "k" });
    const watch = watches.open();
    watch.close();
    watches.gone(1);
    expect(complete(read, watch)).toEqual(read);
  });
});
