import { describe, expect, it } from "vitest";
import { jobTypeOf, kindFromJobType } from "./job-type.js";

describe("kindFromJobType", () => {
  it.each(["hello_world", 'tÿpe "q"', "*", "a?b", "😀", "é".repeat(127), " "])("keeps %j", (jobType) => {
    expect(kindFromJobType(jobType)).toEqual({ kind: jobType, clientData: new Uint8Array() });
  });

  it.each(["é".repeat(128), "a\nb", "a\u0000b", "\u007f", "\ud800", "a\udc00b", "sha256:abc", "x".repeat(60_000)])(
    "names %j by its digest, and finds it again",
    (jobType) => {
      const { kind, clientData } = kindFromJobType(jobType);
      expect(kind).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(jobTypeOf({ kind, clientData })).toBe(jobType);
    },
  );

  it("has a digest for each text", () => {
    const kinds = ["\ud800", "\ud801", "\ufffd\n", "\ud800\n"].map((jobType) => kindFromJobType(jobType).kind);
    expect(new Set(kinds).size).toBe(4);
  });
});

describe("jobTypeOf", () => {
  it("of a job that others submitted is its kind", () => {
    const clientData = new TextEncoder().encode("other bytes");
    expect(jobTypeOf({ kind: "shell.run", clientData })).toBe("shell.run");
    expect(jobTypeOf({ kind: "sha256:00", clientData })).toBe("sha256:00");
    expect(jobTypeOf(undefined)).toBe("");
  });
});
