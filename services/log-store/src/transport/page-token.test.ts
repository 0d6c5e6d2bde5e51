import { expect, test } from "vitest";
import { decodePageToken, encodePageToken } from "./page-token.js";

const isNumber = (place: unknown): place is number => typeof place === "number";

test("comes back for the same query only", () => {
  const query = ["read", "job", 5n, { contains: "x" }];
  const token = encodePageToken(query, 42);
  expect(token).toMatch(/^[\w-]+$/);
  expect(decodePageToken(query, token, isNumber)).toBe(42);
  expect(() => decodePageToken(["read", "job", 6n, { contains: "x" }], token, isNumber)).toThrow(
    "not one of this query",
  );
  expect(() => decodePageToken(query, encodePageToken(query, "x"), isNumber)).toThrow("not one of this query");
  for (const wrong of ["", "x", token.slice(1), "e30", "bnVsbA"]) {
    expect(() => decodePageToken(query, wrong, isNumber)).toThrow("not one of this query");
  }
});
