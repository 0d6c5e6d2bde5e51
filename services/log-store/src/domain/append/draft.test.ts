import { describe, expect, test } from "vitest";
import { countOf, type Draft, sliceDraft, textBytesOf } from "./draft.js";

const time = { seconds: 0, nanos: 0 };
const lines = (...all: string[]): Draft => ({
  kind: "lines",
  bytes: Buffer.from(all.join("\n")),
  count: all.length,
  time,
  level: 0,
  source: "",
});
const entries = (...all: string[]): Draft => ({
  kind: "entries",
  entries: all.map((message) => ({ time, level: 0, type: 1, message, source: "" })),
});
const messages = (draft: Draft) =>
  draft.kind === "entries"
    ? draft.entries.map(({ message }) => message)
    : draft.count === 0
      ? []
      : Buffer.from(draft.bytes).toString().split("\n");

describe.each([
  ["lines", lines],
  ["entries", entries],
])("%s", (_, make) => {
  const all = ["", "one", "", "zwölf", ""];

  test("every slice has its own entries", () => {
    for (let from = 0; from <= all.length; from++) {
      for (let to = from; to <= all.length; to++) {
        const slice = sliceDraft(make(...all), from, to);
        expect(messages(slice)).toEqual(all.slice(from, to));
        expect(countOf(slice)).toBe(to - from);
        expect(textBytesOf(slice)).toBe(Buffer.byteLength(all.slice(from, to).join("")));
      }
    }
  });
});
