import { timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { reasonOf } from "@switchyard/errors";
import { Scope, TokenService, TokenState } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { createClient, createInMemoryTransport } from "@switchyard/rpc";
import { createAuthMiddleware, createStaticAuthenticator, firstOf, sha256 } from "@switchyard/service-kit";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunnerGateway, runnerGatewayScopes } from "../src/index.js";
import { createFixture, type Fixture, newNamespace } from "./fixture.js";

let fixture: Fixture;
let other: Awaited<ReturnType<Fixture["addGateway"]>>;
beforeAll(async () => {
  fixture = await createFixture();
  other = await fixture.addGateway();
});
afterAll(() => fixture.close());

const root = createStaticAuthenticator([{ name: "root", token: "root-token", scopes: ["admin"], namespaces: "all" }]);

/** Clients of a gateway that show a token. */
function as(token: string, { routes, authenticator }: RunnerGateway = fixture.gateway) {
  const policy = { authenticator: firstOf(root, authenticator) };
  const transport = createInMemoryTransport({
    routes,
    middleware: [createAuthMiddleware(policy, runnerGatewayScopes)],
    interceptors: [
      (next) => (request) => {
        request.header.set("authorization", `Bearer ${token}`);
        return next(request);
      },
    ],
  });
  return { tokens: createClient(TokenService, transport), runners: createClient(RunnerService, transport) };
}

const admin = () => as("root-token").tokens;
let count = 0;
function newName(): string {
  count += 1;
  return `t-${count}`;
}

async function create(namespaces: string[], scopes = [Scope.ADMIN], creator = admin()) {
  const { secret, token } = await creator.createToken({ grant: { name: newName(), scopes, namespaces } });
  return { secret, id: token?.tokenId ?? "", token };
}

async function reasonFor(call: Promise<unknown>): Promise<string> {
  return call.then(() => "OK", reasonOf);
}

describe("a token", () => {
  it("is shown once, kept as a digest, and says what it allows", async () => {
    const namespace = newNamespace();
    const { secret, token } = await create([namespace], [Scope.RUN, Scope.READ, Scope.RUN]);
    expect(secret).toMatch(/^swt_[0-9a-f]{64}$/);
    expect(token).toMatchObject({ prefix: secret.slice(0, 12), creator: "root" });
    const { grant } = await as(secret).tokens.describeCaller({});
    expect(grant).toMatchObject({
      name: `token:${token?.grant?.name}`,
      scopes: [Scope.RUN, Scope.READ],
      namespaces: [namespace],
    });
    const { rows } = await fixture.pool.query("select digest from runners.access_tokens where id = $1", [
      token?.tokenId,
    ]);
    expect(rows).toEqual([{ digest: sha256(secret) }]);
  });

  it("is refused by every replica at once when it is revoked, and stays so", async () => {
    const { secret, id } = await create([newNamespace()]);
    await as(secret, other.gateway).tokens.describeCaller({});
    await as(secret).tokens.describeCaller({});
    const first = await admin().revokeToken({ tokenId: id });
    expect(await reasonFor(as(secret).tokens.describeCaller({}))).toBe("TOKEN_REVOKED");
    await eventually(async () => {
      expect(await reasonFor(as(secret, other.gateway).tokens.describeCaller({}))).toBe("TOKEN_REVOKED");
    });
    const again = await as("root-token", other.gateway).tokens.revokeToken({ tokenId: id });
    expect(again).toEqual(first);
    expect(first.token?.revokeTime).toBeDefined();
  });

  it("expires by itself", async () => {
    // Made again, for longer, if the machine stood still for all of its life.
    let lifeMs = 100;
    const { secret, grant } = await eventually(async () => {
      lifeMs *= 2;
      const grant = { name: newName(), scopes: [Scope.READ], allNamespaces: true };
      const { secret } = await admin().createToken({ grant, expireTime: timestampFromMs(Date.now() + lifeMs) });
      await as(secret).tokens.describeCaller({});
      return { secret, grant };
    });
    await eventually(async () => expect(await reasonFor(as(secret).tokens.describeCaller({}))).toBe("TOKEN_REVOKED"));
    expect((await admin().checkToken({ tokenSha256: sha256(secret) })).state).toBe(TokenState.ENDED);
    // Its name is free again.
    expect(await reasonFor(admin().createToken({ grant }))).toBe("OK");
  });

  it("has a name of its own among valid ones, also when several are made at once", async () => {
    const grant = { name: newName(), scopes: [Scope.READ], allNamespaces: true };
    const made = await Promise.all(Array.from({ length: 5 }, () => reasonFor(admin().createToken({ grant }))));
    expect(made.sort()).toEqual([...Array(4).fill("ALREADY_EXISTS"), "OK"]);
    const { tokens } = await admin().listTokens({});
    const first = tokens.find((token) => token.grant?.name === grant.name);
    await admin().revokeToken({ tokenId: first?.tokenId ?? "" });
    expect(await reasonFor(admin().createToken({ grant }))).toBe("OK");
  });

  it("gives away no more than it has", async () => {
    const [mine, foreign] = [newNamespace(), newNamespace()];
    const { secret } = await create([mine]);
    const creator = as(secret).tokens;
    const ask = (grant: object) => reasonFor(creator.createToken({ grant: { name: newName(), ...grant } }));
    const scopes = [Scope.READ, Scope.ADMIN];
    expect(await ask({ scopes, namespaces: [mine] })).toBe("OK");
    expect(await ask({ scopes, namespaces: [mine, foreign] })).toBe("PERMISSION_DENIED");
    expect(await ask({ scopes, allNamespaces: true })).toBe("PERMISSION_DENIED");
    const lesser = await create([mine], [Scope.READ, Scope.SUBMIT, Scope.RUN]);
    const grant = { name: newName(), scopes: [Scope.READ], namespaces: [mine] };
    expect(await reasonFor(as(lesser.secret).tokens.createToken({ grant }))).toBe("PERMISSION_DENIED");
  });

  it.each([
    ["no grant", undefined],
    ["no name", { name: "" }],
    ["a name of another kind of principal", { name: "runner:a/b" }],
    ["a long name", { name: "x".repeat(64) }],
    ["no scope", { scopes: [] }],
    ["an unknown scope", { scopes: [9 as Scope] }],
    ["scope 0", { scopes: [Scope.UNSPECIFIED] }],
    ["no namespace", { namespaces: [] }],
    ["an empty namespace", { namespaces: [""] }],
    ["all namespaces and one", { allNamespaces: true }],
    ["many namespaces", { namespaces: Array.from({ length: 101 }, (_, i) => `n-${i}`) }],
  ])("is not made of %s", async (_, change) => {
    const grant = change && { name: newName(), scopes: [Scope.READ], namespaces: ["a"], ...change };
    expect(await reasonFor(admin().createToken(grant === undefined ? {} : { grant }))).toBe("INVALID_ARGUMENT");
  });

  it("is not made to end in the past", async () => {
    const grant = { name: newName(), scopes: [Scope.READ], namespaces: ["a"] };
    expect(await reasonFor(admin().createToken({ grant, expireTime: timestampFromMs(Date.now() - 1) }))).toBe(
      "INVALID_ARGUMENT",
    );
  });
});

describe("a list", () => {
  it("has what lies within the caller's namespaces, page by page, newest first", async () => {
    const [mine, alsoMine, foreign] = [newNamespace(), newNamespace(), newNamespace()];
    const caller = await create([mine, alsoMine]);
    const made = [];
    for (const namespaces of [[mine], [foreign], [mine, foreign], [alsoMine], [mine, alsoMine]])
      made.push(await create(namespaces));
    const expected = [made[4], made[3], made[0], caller].map((one) => one?.id);
    const found: string[] = [];
    let pageToken = "";
    do {
      const page = await as(caller.secret).tokens.listTokens({ pageSize: 2, pageToken });
      expect(page.tokens.length).toBeLessThanOrEqual(2);
      found.push(...page.tokens.map(({ tokenId }) => tokenId));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(found).toEqual(expected);
    const within = await as(caller.secret).tokens.listTokens({ namespace: alsoMine });
    expect(within.tokens.map(({ tokenId }) => tokenId)).toEqual([made[4], made[3], caller].map((one) => one?.id));
    expect(await reasonFor(as(caller.secret).tokens.listTokens({ namespace: foreign }))).toBe("PERMISSION_DENIED");
  });

  it("leaves ended ones out unless they are asked for", async () => {
    const namespace = newNamespace();
    const [ended, valid] = [await create([namespace]), await create([namespace])];
    await admin().revokeToken({ tokenId: ended.id });
    const ids = async (includeEnded: boolean) => {
      const { tokens } = await as(valid.secret).tokens.listTokens({ includeEnded });
      return tokens.map(({ tokenId }) => tokenId);
    };
    expect(await ids(false)).toEqual([valid.id]);
    expect(await ids(true)).toEqual([valid.id, ended.id]);
  });

  it("refuses pages of other lists and too large ones", async () => {
    await create(["a"]);
    await create(["a"]);
    const { nextPageToken } = await admin().listTokens({ pageSize: 1 });
    expect(await reasonFor(admin().listTokens({ pageToken: nextPageToken, includeEnded: true }))).toBe(
      "PAGE_TOKEN_INVALID",
    );
    expect(await reasonFor(admin().listTokens({ pageSize: 1_001 }))).toBe("INVALID_ARGUMENT");
  });
});

it("answers a revocation of a foreign token like one of none", async () => {
  const [mine, foreign] = [await create([newNamespace()]), await create([newNamespace()])];
  const answers = [];
  for (const tokenId of [foreign.id, crypto.randomUUID()]) {
    const error: unknown = await as(mine.secret)
      .tokens.revokeToken({ tokenId })
      .catch((thrown: unknown) => thrown);
    answers.push([reasonOf(error), (error as Error).message.replace(tokenId, "ID")]);
  }
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]?.[0]).toBe("TOKEN_NOT_FOUND");
  await as(foreign.secret).tokens.describeCaller({});
});

it("tells services what became of a token, and notes the use to the minute", async () => {
  const namespace = newNamespace();
  const { secret, id } = await create([namespace], [Scope.SUBMIT]);
  const check = (shown: string) => as("root-token", other.gateway).tokens.checkToken({ tokenSha256: sha256(shown) });
  expect(await check(secret)).toMatchObject({
    state: TokenState.VALID,
    grant: { scopes: [Scope.SUBMIT], namespaces: [namespace] },
  });
  expect((await check("swt_of-nobody")).state).toBe(TokenState.UNKNOWN);
  await admin().revokeToken({ tokenId: id });
  expect((await check(secret)).state).toBe(TokenState.ENDED);
  expect(await reasonFor(admin().checkToken({ tokenSha256: new Uint8Array(31) }))).toBe("INVALID_ARGUMENT");
  const third = await fixture.addGateway();
  const used = await create([namespace], [Scope.READ]);
  await as(used.secret, third.gateway).tokens.describeCaller({});
  // What has been gathered is written at the latest when the process ends.
  await third.gateway.stop();
  const { tokens } = await admin().listTokens({ namespace });
  const lastUse = tokens.find(({ tokenId }) => tokenId === used.id)?.lastUseTime;
  expect(lastUse && timestampDate(lastUse).getTime() % 60_000).toBe(0);
});
