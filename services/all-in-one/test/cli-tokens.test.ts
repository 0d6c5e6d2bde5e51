import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { examined } from "./cli-examined.js";
import { cliFor } from "./cli-run.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

const rootToken = "token-of-the-root";
let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" },
    SWITCHYARD_TOKENS: JSON.stringify([{ name: "root", token: rootToken, scopes: ["admin"], namespaces: "all" }]),
  });
});
afterAll(() => system?.stop());

/** The command line of whoever has a token, in a namespace. */
const as = (token: string, namespace: string) =>
  cliFor({ SWITCHYARD_ADDRESS: system.addresses.grpc, SWITCHYARD_TOKEN: token, SWITCHYARD_NAMESPACE: namespace });
const root = (namespace: string) => as(rootToken, namespace);

let count = 0;
/** Tokens outlive their case, and names are unique: each case has a namespace and names of its own. */
function unique(word: string): string {
  count += 1;
  return `${word}-${count}`;
}

interface Created {
  readonly secret: string;
  readonly token: { readonly tokenId: string; readonly prefix: string };
}

async function create(namespace: string, ...options: readonly string[]): Promise<Created> {
  const text = await root(namespace).done("tokens", "create", unique("t"), ...options, "-o", "json");
  return JSON.parse(text) as Created;
}

/** How a command ended: its exit code, and the reason of the refusal. */
async function ending(cli: ReturnType<typeof cliFor>, ...argv: readonly string[]) {
  const { code, err } = await cli.run(...argv);
  return [code, /^error: ([A-Z_]+):/m.exec(err)?.[1] ?? ""];
}
const well = [0, ""];
const denied = [5, "PERMISSION_DENIED"];

describe("tokens create", () => {
  it("writes the token alone, and its facts elsewhere", async () => {
    const namespace = unique("team");
    const name = unique("ci");
    const { code, out, err } = await root(namespace).run(
      "tokens",
      "create",
      name,
      "--scope",
      "read",
      "--expires",
      "1h",
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^swt_[0-9a-f]{64}\n$/);
    expect(err).not.toContain(out.trim());
    for (const fact of [
      /^token +swt_[0-9a-f]{8}\.\.\.$/m,
      /^state +valid$/m,
      new RegExp(`^name +${name}$`, "m"),
      /^scopes +read$/m,
      new RegExp(`^namespaces +${namespace}$`, "m"),
      /^by +root$/m,
      /^expires +\d{4}-/m,
    ])
      expect(err).toMatch(fact);
  });

  it("is JSON to those who read JSON", async () => {
    const [name, namespace, other] = [unique("ci"), unique("team"), unique("team")];
    const scopes = ["--scope", "submit", "--scope", "read"];
    const { code, out, err } = await root(namespace).run(
      ...["tokens", "create", name, ...scopes, "--in", namespace, "--in", other, "--expires", "2h", "-o", "json"],
    );
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const { secret, token } = JSON.parse(out);
    expect(secret).toMatch(/^swt_[0-9a-f]{64}$/);
    expect(token).toEqual({
      tokenId: expect.any(String),
      prefix: secret.slice(0, 12),
      grant: { name, scopes: ["SCOPE_SUBMIT", "SCOPE_READ"], namespaces: [namespace, other], allNamespaces: false },
      createTime: expect.any(String),
      creator: "root",
      expireTime: expect.any(String),
    });
    expect(Date.parse(token.expireTime) - Date.now()).toBeGreaterThan(3_600_000);
  });

  it("makes one that works for what it may, and nothing else", async () => {
    const [mine, foreign] = [unique("team"), unique("team")];
    const { secret } = await create(mine, "--scope", "submit", "--scope", "read", "--expires", "1h");
    const cli = as(secret, mine);
    const id = await cli.submit("true");
    expect(await cli.done("jobs", "get", id)).toMatch(/^state +queued$/m);
    expect(await ending(cli, "jobs", "cancel", id)).toEqual(well);
    expect(await ending(cli, "runners", "list")).toEqual(well);
    // Scopes that it lacks.
    expect(await ending(cli, "queues", "pause", "default")).toEqual(denied);
    expect(await ending(cli, "pools", "scale", "3")).toEqual(denied);
    expect(await ending(cli, "tokens", "list")).toEqual(denied);
    expect(await ending(cli, "tokens", "create", unique("t"), "--scope", "read")).toEqual(denied);
    // Another namespace.
    const abroad = as(secret, foreign);
    expect(await ending(abroad, "jobs", "list")).toEqual(denied);
    expect(await ending(abroad, "jobs", "submit", "shell.run", "--input", "{}")).toEqual(denied);
    expect(await cli.done("tokens", "whoami")).toMatch(
      new RegExp(`^name +token:t-.*\\nscopes +submit read\\nnamespaces +${mine}$`, "m"),
    );

    const reader = as((await create(mine, "--scope", "read")).secret, mine);
    expect(await ending(reader, "jobs", "get", id)).toEqual(well);
    expect(await ending(reader, "jobs", "submit", "shell.run", "--input", "{}")).toEqual(denied);
  });

  it("lets an administrator of a namespace give away that one alone", async () => {
    const [mine, foreign] = [unique("team"), unique("team")];
    const lead = as((await create(mine, "--scope", "admin")).secret, mine);
    const make = (...options: readonly string[]) =>
      ending(lead, "tokens", "create", unique("t"), "--scope", "run", ...options);
    expect(await make()).toEqual(well);
    expect(await make("--in", foreign)).toEqual(denied);
    expect(await make("--all-namespaces")).toEqual(denied);
    const everywhere = await create(mine, "--scope", "read", "--all-namespaces");
    expect(await ending(as(everywhere.secret, foreign), "jobs", "list")).toEqual(well);
    // It would stand in the list of every namespace.
    await root(mine).done("tokens", "revoke", everywhere.token.tokenId);
  });

  it("makes one that ends by itself", async () => {
    const namespace = unique("team");
    const { secret } = await create(namespace, "--scope", "read", "--expires", "1s");
    const cli = as(secret, namespace);
    await eventually(async () => expect(await ending(cli, "jobs", "list")).toEqual([5, "TOKEN_REVOKED"]));
    expect(await root(namespace).done("tokens", "list")).not.toContain("expired");
    expect(await root(namespace).done("tokens", "list", "--ended")).toContain("expired");
  });

  it("refuses a name that is taken, and says what is wrong on the command line", async () => {
    const [name, namespace] = [unique("ci"), unique("team")];
    const make = (...options: readonly string[]) => ending(root(namespace), "tokens", "create", name, ...options);
    expect(await make("--scope", "read")).toEqual(well);
    expect(await make("--scope", "read")).toEqual([3, "ALREADY_EXISTS"]);
    expect((await make())[0]).toBe(2);
    expect((await make("--scope", "everything"))[0]).toBe(2);
    expect((await make("--scope", "read", "--expires", "soon"))[0]).toBe(2);
    expect((await make("--scope", "read", "--in", namespace, "--all-namespaces"))[0]).toBe(2);
    expect(
      await ending(root(namespace), "tokens", "create", unique("t"), "--scope", "read", "--expires", "0s"),
    ).toEqual([3, "INVALID_ARGUMENT"]);
  });
});

describe("tokens list", () => {
  it("says which there are, and never a token", async () => {
    const [namespace, foreign] = [unique("team"), unique("team")];
    const made = [await create(namespace, "--scope", "read"), await create(namespace, "--scope", "run")];
    await create(foreign, "--scope", "read");
    const cli = root(namespace);
    const rows = await cli.lines("tokens", "list");
    expect(rows.map(({ tokenId }) => tokenId)).toEqual([made[1]?.token.tokenId, made[0]?.token.tokenId]);
    expect(rows[1]).toMatchObject({ grant: { scopes: ["SCOPE_READ"], namespaces: [namespace] }, creator: "root" });
    expect(Object.keys(rows[1] ?? {}).sort()).toEqual(["createTime", "creator", "grant", "prefix", "tokenId"]);

    const table = await cli.done("tokens", "list");
    expect(table).toMatch(/^ID +TOKEN +NAME +STATE +SCOPES +NAMESPACES +EXPIRES +USED\n/);
    for (const { secret, token } of made) {
      expect(table).toMatch(new RegExp(`^${token.tokenId} +${token.prefix}\\.\\.\\. .* valid .* never`, "m"));
      for (const shown of [
        table,
        JSON.stringify(rows),
        await cli.done("tokens", "list", "--any-namespace", "--limit", "0"),
      ])
        expect(shown).not.toContain(secret.slice(token.prefix.length));
    }
  });

  it("goes no further than its limit, and says so", async () => {
    const namespace = unique("team");
    for (let made = 0; made < 3; made++) await create(namespace, "--scope", "read");
    const { out, err } = await root(namespace).run("tokens", "list", "--limit", "2");
    expect(out.trim().split("\n")).toHaveLength(3);
    expect(err).toContain("there are more than 2");
    expect(await root(namespace).lines("tokens", "list", "--limit", "0")).toHaveLength(3);
  });
});

describe("tokens revoke", () => {
  it("ends a token for every service", async () => {
    const namespace = unique("team");
    const { secret, token } = await create(namespace, "--scope", "read");
    const cli = as(secret, namespace);
    const reads = [
      ["jobs", "list"],
      ["runners", "list"],
      ["tokens", "whoami"],
    ];
    for (const read of reads) expect(await ending(cli, ...read), read.join(" ")).toEqual(well);

    const revoked = JSON.parse(await root(namespace).done("tokens", "revoke", token.tokenId, "-o", "json"));
    expect(revoked).toMatchObject({ tokenId: token.tokenId, revokeTime: expect.any(String) });
    for (const read of reads) {
      await eventually(async () => expect(await ending(cli, ...read), read.join(" ")).toEqual([5, "TOKEN_REVOKED"]));
    }
    expect(await root(namespace).done("tokens", "revoke", token.tokenId)).toMatch(/^state +revoked$/m);
    expect(await root(namespace).lines("tokens", "list")).toEqual([]);
    // Those that were valid in every namespace are among them.
    const ended = await root(namespace).lines("tokens", "list", "--ended");
    expect(ended.map(({ tokenId }) => tokenId)).toContain(token.tokenId);
  });

  it("knows no token that isn't there, or isn't the caller's", async () => {
    const [mine, foreign] = [unique("team"), unique("team")];
    const { token } = await create(foreign, "--scope", "read");
    const lead = as((await create(mine, "--scope", "admin")).secret, mine);
    for (const id of [token.tokenId, crypto.randomUUID()])
      expect(await ending(lead, "tokens", "revoke", id)).toEqual([3, "TOKEN_NOT_FOUND"]);
    expect(await root(foreign).lines("tokens", "list")).toHaveLength(1);
  });

  it("tells programs in JSON why it is refused", async () => {
    const { code, out, err } = await root("default").run("tokens", "revoke", "nobody", "-o", "json");
    expect({ code, out }).toEqual({ code: 3, out: "" });
    expect(JSON.parse(err)).toMatchObject({ error: { reason: "TOKEN_NOT_FOUND", requestId: expect.any(String) } });
    const unknown = await as(`swt_${"0".repeat(64)}`, "default").run("tokens", "list", "-o", "json");
    expect(unknown.code).toBe(5);
    expect(JSON.parse(unknown.err)).toMatchObject({ error: { reason: "UNAUTHENTICATED" } });
  });

  it("is not for those who don't administer", async () => {
    const namespace = unique("team");
    const { secret, token } = await create(namespace, "--scope", "read", "--scope", "submit", "--scope", "run");
    expect(await ending(as(secret, namespace), "tokens", "revoke", token.tokenId)).toEqual(denied);
    expect(await ending(as(secret, namespace), "jobs", "list")).toEqual(well);
  });
});

describe("the doctor's look at the caller", () => {
  async function caller(cli: ReturnType<typeof cliFor>) {
    const { code, told, worst, failed } = await examined(cli);
    return { code, told, failed, caller: worst.get("authentication") };
  }

  it("says who it is, and what it may", async () => {
    const [mine, foreign] = [unique("team"), unique("team")];
    expect((await caller(root(mine))).caller).toMatchObject({ verdict: "ok", message: `root may admin in ${mine}` });
    const { secret, token } = await create(mine, "--scope", "submit", "--scope", "read");
    const here = await caller(as(secret, mine));
    expect(here.code).toBe(0);
    expect(here.caller).toMatchObject({
      verdict: "ok",
      message: expect.stringMatching(new RegExp(`^token:t-\\d+ may submit, read in ${mine}$`)),
    });
    const there = await caller(as(secret, foreign));
    expect(there.code).toBe(1);
    expect(there.caller).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining(`is allowed in ${mine}, not in ${foreign}`),
      advice: expect.stringContaining("--namespace"),
    });
    await root(mine).done("tokens", "revoke", token.tokenId);
    const after = await caller(as(secret, mine));
    expect(after.code).toBe(1);
    expect(after.caller).toMatchObject({ verdict: "fail", message: expect.stringContaining("TOKEN_REVOKED") });
    expect(after.failed).toEqual(["authentication"]);
  });

  it("takes a token that may not look for no fault of the system", async () => {
    const namespace = unique("team");
    const { secret } = await create(namespace, "--scope", "submit");
    const { code, told, failed, caller: found } = await caller(as(secret, namespace));
    expect({ code, failed }).toEqual({ code: 0, failed: [] });
    expect(found).toMatchObject({
      verdict: "warn",
      message: expect.stringMatching(/^token:t-\d+ may submit in \S+, and not read/),
      advice: expect.stringContaining("read"),
    });
    for (const check of ["scheduler", "runners", "waiting jobs", "queues", "log store", "catalog", "versions"])
      expect(told.find((one) => one.check === check)).toMatchObject({
        verdict: "skip",
        message: expect.stringContaining("needs scope read"),
      });
  });
});
