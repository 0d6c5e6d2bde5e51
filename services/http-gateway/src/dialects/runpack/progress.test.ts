import { create } from "@bufbuild/protobuf";
import { ProgressSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { describe, expect, it } from "vitest";
import { type ProgressValue, progressFrom, progressView } from "./progress.js";

const shown = (current: ProgressValue, total: ProgressValue) => progressView(progressFrom(current, total));

describe("progress", () => {
  it("comes back as it was said", () => {
    expect(shown(50, 100)).toEqual({ current: 50, total: 100 });
    expect(shown(0, 0.25)).toEqual({ current: 0, total: 0.25 });
    expect(shown("half", 100)).toEqual({ current: "half", total: 100 });
    expect(shown("", "")).toEqual({ current: "", total: "" });
  });

  it("is none unless both are there", () => {
    expect(shown(null, null)).toBeUndefined();
    expect(shown(1, null)).toBeUndefined();
    expect(shown(null, "2")).toBeUndefined();
    expect(shown(Number.POSITIVE_INFINITY, 1)).toBeUndefined();
    expect(progressView(undefined)).toBeUndefined();
  });

  it("of another runner may have opaque bytes", () => {
    const detail = new TextEncoder().encode('{"runpack_progress":7}');
    expect(progressView(create(ProgressSchema, { current: 1, total: 2, detail }))).toEqual({ current: 1, total: 2 });
    const noJson = new Uint8Array([1, 2]);
    expect(progressView(create(ProgressSchema, { current: 1, total: 2, detail: noJson }))).toEqual({
      current: 1,
      total: 2,
    });
  });
});
