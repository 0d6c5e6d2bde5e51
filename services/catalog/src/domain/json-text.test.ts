import { reasonOf } from "@switchyard/errors";
import fc from "fast-check";
import { expect, test } from "vitest";
import { maxBodyBytes, maxDepth, readJsonText } from "./json-text.js";

const reasonFor = (bytes: Uint8Array): string => {
  try {
    readJsonText(bytes, "body");
    return "";
  } catch (error) {
    return reasonOf(error);
  }
};

test("JSON of any look is kept as it is", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom("", " ", "\n\t"), (text, blank) => {
      expect(readJsonText(Buffer.from(blank + text + blank), "body")).toBe(blank + text + blank);
    }),
  );
});

test("bytes that are no JSON are refused, whatever they are", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      const isJson = isJsonText(bytes);
      expect(reasonFor(bytes)).toBe(isJson ? "" : "INVALID_ARGUMENT");
    }),
  );
});

test("levels and bytes have a limit", () => {
  const nested = (levels: number) => Buffer.from(`${'{"]":['.repeat(levels / 2)}${"]}".repeat(levels / 2)}`);
  expect(reasonFor(nested(maxDepth))).toBe("");
  expect(reasonFor(nested(maxDepth + 2))).toBe("INVALID_ARGUMENT");
  expect(reasonFor(Buffer.from(`"${"x".repeat(maxBodyBytes - 2)}"`))).toBe("");
  expect(reasonFor(Buffer.from(`"${"x".repeat(maxBodyBytes - 1)}"`))).toBe("PAYLOAD_TOO_LARGE");
});

function isJsonText(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}
