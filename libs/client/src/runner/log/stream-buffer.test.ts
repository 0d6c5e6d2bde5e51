import { LogEntryType } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import { expect, test } from "vitest";
import { createStreamBuffer, type StreamAppendInit } from "./stream-buffer.js";

const contentOf = (taken: StreamAppendInit | undefined) => {
  const content = taken?.append.content;
  if (content?.case === "text") return Buffer.from(content.value.lines as Uint8Array).toString();
  return content?.case === "entries"
    ? (content.value.entries as { message: string }[]).map(({ message }) => message)
    : [];
};

test("an append stays the same until it is acknowledged; the next expects what follows", () => {
  const stream = createStreamBuffer("s");
  stream.write(Buffer.from("a\nb\n"));
  const first = stream.take();
  stream.write(Buffer.from("c\n"));
  expect(stream.take()).toBe(first);
  expect(first).toMatchObject({ entries: 2, append: { expectedSequence: 0n } });
  stream.acknowledge(2n);
  const second = stream.take();
  expect(contentOf(second)).toBe("c\n");
  expect(second?.append.expectedSequence).toBe(2n);
  stream.acknowledge(3n);
  expect(stream.empty).toBe(true);
  expect(stream.length).toBe(3n);
});

test("a begun line goes before an entry that comes after it, and is never followed by text in one append", () => {
  const stream = createStreamBuffer("s");
  stream.write(Buffer.from("begun"));
  stream.add({ message: "entry" });
  stream.write(Buffer.from("next\n"));
  const contents = [];
  for (let taken = stream.take(); taken !== undefined; taken = stream.take()) {
    contents.push(contentOf(taken));
    stream.acknowledge(0n);
  }
  expect(contents).toEqual(["begun", ["entry"], "next\n"]);
});

test("what was dropped is told in the stream, and numbers go on without a hole", () => {
  const stream = createStreamBuffer("s");
  stream.write(Buffer.from("a\nb\n"));
  stream.take();
  stream.drop("too large");
  const gap = stream.take();
  expect(contentOf(gap)).toEqual(["2 entries were left out: too large"]);
  expect(gap?.append.expectedSequence).toBe(0n);
});

test("beyond its bound it leaves entries out, counts them, and says so", () => {
  const stream = createStreamBuffer("s");
  const message = "x".repeat(1024 * 1024);
  for (let i = 0; i < 30; i++) stream.add({ message });
  expect(stream.bufferedBytes).toBeLessThan(18 * 1024 * 1024);
  let entries = 0;
  let last: StreamAppendInit | undefined;
  stream.end();
  for (let taken = stream.take(); taken !== undefined; taken = stream.take()) {
    entries += taken.entries;
    last = taken;
    stream.acknowledge(0n);
  }
  expect(entries).toBe(17);
  expect(last?.append.content).toMatchObject({
    case: "entries",
    value: { entries: [{ type: LogEntryType.GAP, message: "14 entries were left out: the log did not keep up" }] },
  });
});

test("after a refusal of the whole stream nothing is kept", () => {
  const stream = createStreamBuffer("s");
  stream.write(Buffer.from("a\nb"));
  stream.discard();
  stream.write(Buffer.from("c\n"));
  stream.add({ message: "d" });
  stream.end();
  expect(stream.empty).toBe(true);
  expect(stream.bufferedBytes).toBe(0);
});
