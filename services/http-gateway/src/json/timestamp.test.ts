import { describe, expect, it } from "vitest";
import { timestampText } from "./timestamp.js";

describe("timestampText", () => {
  it("always has six decimals", () => {
    const time = { $typeName: "google.protobuf.Timestamp", seconds: 1_772_439_300n, nanos: 1_999 } as const;
    expect(timestampText(time)).toBe("2026-03-02T08:15:00.000001Z");
  });
});
