import { describe, expect, it } from "vitest";
import {
  createAuthPolicy,
  createLogger,
  createStaticAuthenticator,
  firstOf,
  isLoopback,
  omnipotent,
  sha256,
  staticTokensSchema,
} from "../index.js";

const context = {} as never;

describe("static tokens", () => {
  const tokens = staticTokensSchema.parse([
    { name: "ci", sha256: sha256("hashed-token").toString("hex"), scopes: ["submit"], namespaces: ["runpack"] },
    { name: "ops", token: "plain-token", scopes: ["admin"], namespaces: "all" },
  ]);

  it("recognises both forms and nothing else", () => {
    const authenticator = createStaticAuthenticator(tokens);
    expect(authenticator.authenticate("hashed-token", context)).toMatchObject({
      name: "ci",
      namespaces: new Set(["runpack"]),
    });
    expect(authenticator.authenticate("plain-token", context)).toMatchObject({ name: "ops", namespaces: "all" });
    expect(authenticator.authenticate("hashed-toke", context)).toBeUndefined();
    expect(authenticator.authenticate("", context)).toBeUndefined();
    expect(authenticator.authenticate(sha256("hashed-token").toString("hex"), context)).toBeUndefined();
  });

  it.each([
    [{ name: "a", scopes: ["read"], namespaces: "all" }],
    [{ name: "a", token: "12345678", sha256: "0".repeat(64), scopes: ["read"], namespaces: "all" }],
    [{ name: "a", token: "12345678", scopes: ["root"], namespaces: "all" }],
    [{ name: "a", token: "12345678", scopes: ["read"], namespaces: [] }],
    [{ name: "a", token: "12345678", scopes: ["read"], namespaces: "all", expires: "never" }],
  ])("refuses a bad entry %#", (entry) => {
    expect(staticTokensSchema.safeParse([entry]).success).toBe(false);
  });

  it("refuses a name twice", () => {
    const entry = { name: "a", token: "12345678", scopes: ["read"], namespaces: "all" };
    expect(staticTokensSchema.safeParse([entry, { ...entry, token: "another-one" }]).success).toBe(false);
  });
});

it("asks authenticators in order", async () => {
  const runner = omnipotent("runner");
  const both = firstOf(createStaticAuthenticator([]), {
    authenticate: (token) => (token === "r" ? runner : undefined),
  });
  expect(await both.authenticate("r", context)).toBe(runner);
  expect(await both.authenticate("x", context)).toBeUndefined();
});

describe("without tokens", () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ name: "test", level: "info", destination });

  it("opens loopback, loudly", () => {
    const policy = createAuthPolicy({ tokens: [], listen: ["127.0.0.1:1", "[::1]:2", "localhost:3"], logger });
    expect(policy.anonymous?.namespaces).toBe("all");
    expect(lines.join()).toContain("NO TOKENS ARE CONFIGURED");
  });

  it("refuses to listen to the outside", () => {
    expect(() => createAuthPolicy({ tokens: [], listen: ["127.0.0.1:1", "0.0.0.0:2"], logger })).toThrow("0.0.0.0:2");
    expect(isLoopback("127.0.0.1.example.com:80")).toBe(false);
  });

  it("keeps secrets out of the log", () => {
    logger.info({ token: "abc", request: { headers: { authorization: "Bearer abc" } } }, "x");
    expect(lines.at(-1)).not.toContain("abc");
  });
});
