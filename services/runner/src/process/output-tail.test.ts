import { expect, test } from "vitest";
import { createOutputTail } from "./output-tail.js";

test.each([4, 5, 6, 7, 8, 9, 10, 11])("a tail of %i bytes never begins inside a character", (limit) => {
  const text = "aé日🚂".repeat(50);
  const bytes = Buffer.from(text);
  for (const size of [1, 3, 7, 1_000]) {
    const tail = createOutputTail(limit);
    for (let at = 0; at < bytes.length; at += size) tail.push(bytes.subarray(at, at + size));
    expect(text.endsWith(tail.text())).toBe(true);
    expect(Buffer.byteLength(tail.text())).toBeLessThanOrEqual(limit);
    expect(tail.truncated).toBe(true);
  }
});

test("what fits is whole", () => {
  const tail = createOutputTail(100);
  tail.push(Buffer.from("short"));
  expect(tail.text()).toBe("short");
  expect(tail.truncated).toBe(false);
});
