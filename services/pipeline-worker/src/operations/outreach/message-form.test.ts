import { describe, expect, it } from "vitest";
import { connectionMessage, cutAtWord, inmailMessage } from "./message-form.js";

it.each([
  ["short", 10, "short"],
  ["exactly 10", 10, "exactly 10"],
  ["one two three", 9, "one two\u2026"],
  ["one, two, three", 10, "one, two\u2026"],
  ["unbreakable", 6, "unbre\u2026"],
  ["\u{1F600}\u{1F600}\u{1F600}", 4, "\u{1F600}\u2026"],
])("cuts %j to %d characters", (text, longest, expected) => {
  expect(cutAtWord(text, longest)).toBe(expected);
  expect(cutAtWord(text, longest).length).toBeLessThanOrEqual(longest);
});

describe("an invitation", () => {
  it("is one paragraph with the signature, in 300 characters", () => {
    expect(connectionMessage(" Hello\n\nAda ", "")).toEqual({ text: "Hello Ada", subject: null });
    const { text } = connectionMessage("x".repeat(400), "Kim");
    expect(text).toHaveLength(300);
    expect(text.endsWith("\u2026 Kim")).toBe(true);
  });
});

describe("an InMail", () => {
  it("has a subject of one line, and what stands at its end", () => {
    const message = inmailMessage("A\r\nBcc: x", "Hello", "", "Kim");
    expect(message).toEqual({ subject: "A Bcc: x", text: "Hello\n\nKim" });
    expect(inmailMessage("A", "word ".repeat(1_000), "https://cal.example.org", "Kim").text.length).toBeLessThanOrEqual(
      1_900,
    );
  });
});
