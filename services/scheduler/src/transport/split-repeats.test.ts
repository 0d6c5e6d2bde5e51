import { reasonOf } from "@switchyard/errors";
import { describe, expect, it } from "vitest";
import type { Admission, JobRequest } from "../domain/core/admit.js";
import type { KnownRequest } from "../domain/shard/request-memory.js";
import { splitRepeats } from "./split-repeats.js";

type Parent = { readonly item: number } | { readonly serial: number };

/** An item that waits for others; only what the split looks at. */
function item(digest = "", ...parents: Parent[]): JobRequest {
  const how = { satisfiedBy: ["SUCCEEDED"], otherwise: "CANCELLED" } as const;
  return {
    fingerprint: digest === "" ? undefined : Buffer.from(digest),
    parents: parents.map((parent) => ({ ...parent, ...how })),
  } as unknown as JobRequest;
}

const known = (entries: Record<string, number>, digest?: string): ReadonlyMap<string, KnownRequest> =>
  new Map(
    Object.entries(entries).map(([key, serial]) => [
      key,
      { serials: [serial], fingerprint: digest === undefined ? undefined : Buffer.from(digest), write: undefined },
    ]),
  );

const created = (...serials: number[]): Admission[] =>
  serials.map((serial) => ({ serial, disposition: "CREATED", job: undefined, end: undefined }));

describe("splitting a call", () => {
  it("leaves one without repeats as it is", () => {
    const items = [item("", { item: 1 }), item()];
    const { fresh, merge } = splitRepeats(items, ["", "a"], known({ b: 9 }));
    expect(fresh).toEqual(items);
    expect(merge(created(1, 2)).map(({ serial }) => serial)).toEqual([1, 2]);
  });

  it("puts the answers back in the order of the items", () => {
    const keys = ["a", "", "b", "b", ""];
    const { fresh, merge } = splitRepeats(
      keys.map(() => item()),
      keys,
      known({ a: 7 }),
    );
    expect(fresh).toHaveLength(3);
    expect(merge(created(10, 11, 12)).map(({ serial, disposition }) => [serial, disposition])).toEqual([
      ...[
        [7, "REPLAYED"],
        [10, "CREATED"],
        [11, "CREATED"],
        [11, "REPLAYED"],
        [12, "CREATED"],
      ],
    ]);
  });

  it("names jobs and the new places of items as parents, and leaves wrong names wrong", () => {
    const keys = ["a", "b", "b", ""];
    const parents = [{ item: 0 }, { item: 1 }, { item: 2 }, { serial: 5 }, { item: 4 }];
    const items = [item(), item(), item(), item("", ...parents)];
    const { fresh } = splitRepeats(items, keys, known({ a: 7 }));
    expect(fresh).toHaveLength(2);
    const named = fresh[1]?.parents.map((parent) =>
      "item" in parent ? `item ${parent.item}` : `job ${parent.serial}`,
    );
    expect(named).toEqual(["job 7", "item 0", "item 0", "job 5", "item 4"]);
  });

  it.each([
    ["an earlier call", [item("two")], ["a"], known({ a: 1 }, "one")],
    ["an earlier call, without a digest", [item()], ["a"], known({ a: 1 }, "one")],
    ["an item of this call", [item("one"), item("two")], ["a", "a"], known({})],
  ])("refuses a key that came with another digest in %s", (_, items, keys, before) => {
    expect(() => splitRepeats(items, keys, before)).toThrow(
      expect.toSatisfy((error: unknown) => reasonOf(error) === "REQUEST_ID_REUSED"),
    );
  });

  it("takes a key whose first digest is not known, or the same", () => {
    expect(splitRepeats([item("two")], ["a"], known({ a: 1 })).fresh).toEqual([]);
    expect(splitRepeats([item("one")], ["a"], known({ a: 1 }, "one")).fresh).toEqual([]);
  });
});
