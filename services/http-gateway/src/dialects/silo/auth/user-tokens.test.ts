import { describe, expect, it } from "vitest";
import { loadHttpGatewayConfig } from "../../../config.js";
import { mayAct, roles } from "../vocabulary.js";
import { tokenDigest } from "./bearer-token.js";
import { createUserTokens } from "./user-tokens.js";

const tokensOf = (text: string) => loadHttpGatewayConfig({ SILO_TOKENS: text }).dialects.silo.tokens;

describe("user tokens", () => {
  it("are known by their digests", () => {
    const find = createUserTokens(
      tokensOf('[{"token":"silo_a","user":"ada","role":"admin"},{"token":"b","user":"vic","role":"viewer"}]'),
    );
    expect(find(tokenDigest("silo_a"))).toEqual({ name: "ada", role: "admin" });
    expect(find(tokenDigest("b"))).toEqual({ name: "vic", role: "viewer" });
    expect(find(tokenDigest("silo_"))).toBeUndefined();
    expect(createUserTokens([])(tokenDigest(""))).toBeUndefined();
  });

  it.each([
    '[{"token":"","user":"a","role":"admin"}]',
    '[{"token":"a b","user":"a","role":"admin"}]',
    '[{"token":"a","user":"","role":"admin"}]',
    '[{"token":"a","user":"a","role":"root"}]',
    '[{"token":"a","user":"a","role":"admin"},{"token":"a","user":"b","role":"viewer"}]',
    "{}",
    "no json",
  ])("that make no sense are refused: %s", (text) => {
    expect(() => tokensOf(text)).toThrow("SILO_TOKENS");
  });
});

describe("roles", () => {
  it("have the rights of those below them", () => {
    const rights = roles.map((role) => roles.filter((needed) => mayAct(role, needed)));
    expect(rights).toEqual([["viewer"], ["viewer", "editor"], ["viewer", "editor", "admin"]]);
  });
});
