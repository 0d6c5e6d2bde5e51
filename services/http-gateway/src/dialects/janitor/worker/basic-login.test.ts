import { describe, expect, it } from "vitest";
import { readBasicLogin } from "./basic-login.js";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

describe("readBasicLogin", () => {
  it("reads name and password", () => {
    expect(readBasicLogin(basic("farm-07:se:cret"))).toEqual({ name: "farm-07", password: "se:cret" });
    expect(readBasicLogin(basic("farm-07:").replace("Basic", "basic"))).toEqual({ name: "farm-07", password: "" });
    expect(readBasicLogin(basic("fårm:pässword"))).toEqual({ name: "fårm", password: "pässword" });
  });

  it.each([
    undefined,
    "",
    "Basic",
    "Basic ",
    "Basic ???",
    "Bearer x",
    basic("nocolon"),
    `Basic ${Buffer.from([0x61, 0x3a, 0xff]).toString("base64")}`,
    `${basic("a:b")} c`,
  ])("takes %s for no login", (header) => {
    expect(readBasicLogin(header)).toBeUndefined();
  });
});
