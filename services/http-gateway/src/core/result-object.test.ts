import { describe, expect, it } from "vitest";
import { resultObject } from "./result-object.js";

const payload = (text: string, contentType = "application/json") =>
  ({ $typeName: "switchyard.common.v1.Payload", data: new TextEncoder().encode(text), contentType }) as const;

describe("resultObject", () => {
  it("keeps objects and puts all else into one", () => {
    expect(resultObject(undefined)).toBeNull();
    expect(resultObject(payload(' {"n":1.0} '))?.text).toBe('{"n":1.0}');
    expect(resultObject(payload("[1.0]"))?.text).toBe('{"output":[1.0]}');
    expect(JSON.parse(resultObject(payload("plain", "text/plain"))?.text ?? "")).toEqual({
      content_type: "text/plain",
      base64: Buffer.from("plain").toString("base64"),
    });
  });
});
