import { reasonOf } from "@switchyard/errors";
import { describe, expect, it } from "vitest";
import { encodePageToken } from "./fields.js";
import { decodePlaceToken, encodePlaceToken } from "./place-token.js";

describe("a page token that names a place", () => {
  it.each([0, -1.5, 1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("keeps the rank %d", (rank) => {
    const place = { rankClass: -32_768, rank, serial: 2 ** 40 };
    expect(decodePlaceToken("q", encodePlaceToken("q", place))).toEqual(place);
  });

  it("is none for the first page", () => {
    expect(decodePlaceToken("q", "")).toBeUndefined();
  });

  it.each([
    ["another query", encodePlaceToken("r", { rankClass: 0, rank: 0, serial: 1 })],
    ["a number", encodePageToken("q", 7)],
    ["a list of something else", encodePageToken("q", [1, 2, 3])],
    ["no token", "%%%"],
  ])("is refused when it is of %s", (_, token) => {
    expect(() => decodePlaceToken("q", token)).toThrow(
      expect.toSatisfy((error: unknown) => reasonOf(error) === "PAGE_TOKEN_INVALID"),
    );
  });
});
