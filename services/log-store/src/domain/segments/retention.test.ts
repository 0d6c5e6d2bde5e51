import { expect, test } from "vitest";
import type { SegmentRow } from "../../store/segments.js";
import { expiredSegments, planLines, type SegmentLimits } from "./retention.js";

const hour = 3_600_000;
const now = 100 * hour;
const limits: SegmentLimits = {
  segmentMaxAgeMs: 24 * hour,
  segmentMaxBytes: 1_000_000,
  retentionMs: 48 * hour,
  retentionBytes: 0,
  archiveAfterMs: 0,
};

const segment = (id: number, ageHours: number, change: Partial<SegmentRow> = {}): SegmentRow => ({
  ...{ id, line: "", byteCount: 500_000, archivedAt: undefined },
  createdAt: new Date(now - (ageHours + 1) * hour),
  closedAt: new Date(now - ageHours * hour),
  ...change,
});
const open = (id: number, ageHours: number, change: Partial<SegmentRow> = {}) =>
  segment(id, ageHours - 1, { closedAt: undefined, ...change });
const own = (maxAgeMs?: number, maxBytes?: number) => [{ namespace: "own", maxAgeMs, maxBytes, limitBytes: undefined }];

test.each([
  ["a young one stays", [open(1, 23)], [], [], []],
  ["an old one is followed by another", [open(1, 24)], [], [""], []],
  ["a large one too", [open(1, 1, { byteCount: 1_000_000 })], [], [""], []],
  ["an old one without anything in it stays", [open(1, 99, { byteCount: 0 })], [], [], []],
  ["a line without an open segment gets one", [segment(1, 1)], [], [""], []],
  ["so does a namespace with a retention of its own", [open(1, 1)], own(), ["own"], []],
  ["which has its own times", [open(1, 1), open(2, 30, { line: "own" })], own(), ["own"], []],
  ["a short time asks for short segments", [open(1, 1), open(2, 2, { line: "own" })], own(8 * hour), ["own"], []],
  ["but for none that is empty", [open(1, 1), open(2, 2, { line: "own", byteCount: 0 })], own(8 * hour), [], []],
  ["little room asks for small ones", [open(1, 1), open(2, 1, { line: "own" })], own(0, 2_000_000), ["own"], []],
  ["one that has none any more is closed", [open(1, 1), open(2, 1, { line: "own" })], [], [], ["own"]],
])("lines: %s", (_, segments, retention, opened, closed) => {
  const long = { ...limits, retentionMs: 30 * 24 * hour };
  expect(planLines(segments, retention, long, now)).toEqual({ open: opened, close: closed });
});

const ids = (...args: Parameters<typeof expiredSegments>) => expiredSegments(...args).map(({ id }) => id);

test("what was closed too long ago goes, what is open never", () => {
  expect(ids([segment(1, 49), segment(2, 48), segment(3, 47), open(4, 99)], [], limits, now)).toEqual([1, 2]);
});

test("what is too much goes, the oldest first, as much as it takes", () => {
  const segments = [segment(1, 5), segment(2, 4), segment(3, 3), open(4, 2)];
  expect(ids(segments, [], { ...limits, retentionBytes: 2_000_000 }, now)).toEqual([]);
  expect(ids(segments, [], { ...limits, retentionBytes: 1_100_000 }, now)).toEqual([1, 2]);
  expect(ids(segments, [], { ...limits, retentionBytes: 1 }, now)).toEqual([1, 2, 3]);
});

test("a namespace's own time and size stand in the place of those of all", () => {
  const segments = [segment(1, 10), segment(2, 10, { line: "own" }), segment(3, 1, { line: "own" })];
  expect(ids(segments, own(5 * hour), limits, now)).toEqual([2]);
  expect(ids(segments, own(0), { ...limits, retentionMs: hour }, now)).toEqual([1]);
  expect(ids(segments, own(undefined, 500_000), limits, now)).toEqual([2]);
  // Without one any more, what is left of its line goes as everything does.
  expect(ids(segments, [], { ...limits, retentionMs: 5 * hour }, now)).toEqual([1, 2]);
});

test("nothing goes where nothing limits it", () => {
  expect(ids([segment(1, 9_999)], [], { ...limits, retentionMs: 0 }, now)).toEqual([]);
});
