import { describe, expect, it } from "vitest";
import { jsonOf, jsonPayload } from "./json-payload.js";

const kept = (text: string) => {
  const payload = jsonPayload(text, JSON.parse(text));
  return { payload, text: jsonOf(payload).text };
};

describe("jsonPayload", () => {
  it("keeps the caller's own text", () => {
    const { payload, text } = kept('{ "b": 1.0, "a": [9007199254740993, "\\u00e9\\u0000\\ud800"], "b": 2 }');
    expect(text).toBe('{"b":1.0,"a":[9007199254740993,"\\u00e9\\u0000\\ud800"],"b":2}');
    expect(payload.contentType).toBe("application/json");
    for (const scalar of ["null", "0", '""', "false"]) expect(kept(` ${scalar} `).text).toBe(scalar);
  });

  it("fits 512,000 code units of any text into a mebibyte", () => {
    const cjk = "\u4e2d".repeat(511_998);
    const { payload, text } = kept(JSON.stringify(cjk));
    expect(payload.data.length).toBe(1_024_000);
    expect(JSON.parse(text)).toBe(cjk);
    const escaped = `"${"\\u0061".repeat(400_000)}"`;
    expect(kept(escaped)).toMatchObject({
      payload: { contentType: "application/json" },
      text: `"${"a".repeat(400_000)}"`,
    });
  });
});

describe("jsonOf", () => {
  it("shows what is no JSON as what it is", () => {
    const data = new Uint8Array([0xff, 0x00]);
    const shown = jsonOf({ $typeName: "switchyard.common.v1.Payload", data, contentType: "image/x" });
    expect(JSON.parse(shown.text)).toEqual({ content_type: "image/x", base64: "/wA=" });
  });
});
