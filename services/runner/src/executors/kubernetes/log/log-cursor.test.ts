import { describe, expect, test } from "vitest";
import { createLogCursor, type LogCursor } from "./log-cursor.js";

const line = (second: number, nanos: number, text: string) =>
  `2026-01-01T00:00:${String(second).padStart(2, "0")}.${String(nanos).padStart(9, "0")}Z ${text}`;

/** What a node answers: the lines of the file whose stamp is not before a time. */
function read(cursor: LogCursor, file: readonly string[], upTo = file.length): string[] {
  const since = cursor.begin();
  const from = since === undefined ? 0 : Date.parse(since);
  return file
    .slice(0, upTo)
    .filter((one) => Date.parse(one.slice(0, one.indexOf(" "))) >= from)
    .map((one) => cursor.take(Buffer.from(one))?.toString("utf8"))
    .filter((text) => text !== undefined);
}

describe("a log that is read in several pieces", () => {
  const file = [
    line(1, 5, "a"),
    // Several lines of the same instant, and of the same text.
    ...Array.from({ length: 3 }, () => line(2, 7, "same")),
    line(3, 100, "from stdout"),
    // The other output's, stamped before the line that stands in front of it.
    line(3, 50, "from stderr"),
    line(3, 60, "from stderr"),
    line(9, 0, "after a while"),
    line(10, 0, ""),
  ];
  const texts = file.map((one) => one.slice(one.indexOf(" ") + 1));

  test("is whole wherever it is cut, also twice at the same place", () => {
    for (let first = 0; first <= file.length; first++) {
      for (let second = first; second <= file.length; second++) {
        const cursor = createLogCursor();
        const got = [...read(cursor, file, first), ...read(cursor, file, second), ...read(cursor, file)];
        expect(got).toEqual(texts);
      }
    }
  });

  test("loses nothing that is new, and repeats nothing, when the file was rotated away meanwhile", () => {
    const cursor = createLogCursor();
    expect(read(cursor, file, 7)).toEqual(texts.slice(0, 7));
    expect(read(cursor, file.slice(5))).toEqual(["after a while", ""]);
  });
});

test("what has no time is no line of the container, and is passed on", () => {
  const cursor = createLogCursor();
  cursor.begin();
  expect(cursor.take(Buffer.from("unable to retrieve container logs"))?.toString()).toContain("unable");
  expect(cursor.begin()).toBeUndefined();
});

test("offsets of the node's zone count", () => {
  const cursor = createLogCursor();
  cursor.begin();
  cursor.take(Buffer.from("2026-01-01T02:00:05.000000001+02:00 x"));
  expect(cursor.begin()).toBe("2026-01-01T00:00:04Z");
});
