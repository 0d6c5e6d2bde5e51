import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceImpl } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { createClient, createGrpcServer, createGrpcTransport, route } from "@switchyard/rpc";
import {
  type AuditedMethods,
  createLogger,
  createStandardMiddleware,
  createStaticAuthenticator,
  openAuditSink,
} from "@switchyard/service-kit";
import { Registry } from "prom-client";
import { afterEach, expect, it } from "vitest";

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanup.splice(0).reverse()) await step();
});

const tokens = [
  { name: "boss", token: "boss-token", scopes: ["admin" as const], namespaces: "all" as const },
  { name: "reader", token: "reader-token", scopes: ["read" as const], namespaces: "all" as const },
];
const fleet = "switchyard.runner.v1.FleetService";

/** A service with the standard middleware, a client of it, and the audit lines of its log and file. */
async function start(
  handlers: Partial<ServiceImpl<typeof FleetService>>,
  audited: AuditedMethods = {},
  level = "info",
) {
  const directory = await mkdtemp(join(tmpdir(), "audit-"));
  cleanup.push(() => rm(directory, { recursive: true }));
  const path = join(directory, "deep", "audit.log");
  const log: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void log.push(JSON.parse(line)) };
  const logger = createLogger({ name: "probe", level, destination });
  const middleware = createStandardMiddleware({
    ...{ name: "probe", logger, registry: new Registry(), audited },
    auth: { authenticator: createStaticAuthenticator(tokens) },
    scopes: { [`${fleet}/*`]: "read", [`${fleet}/RevokeRunner`]: "admin", [`${fleet}/DrainRunner`]: "admin" },
    auditSink: openAuditSink({ logger, path }),
  });
  const server = createGrpcServer({ routes: [route(FleetService, handlers)], middleware });
  cleanup.push(() => server.stop(1_000));
  const transport = createGrpcTransport({ address: await server.listen("127.0.0.1:0") });
  cleanup.push(() => transport.close());
  const lines = async (): Promise<Record<string, unknown>[]> => {
    const text = await readFile(path, "utf8");
    return text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  };
  return { client: createClient(FleetService, transport), log, lines, path };
}

const as = (token: string, more: Readonly<Record<string, string>> = {}) => ({
  headers: { authorization: `Bearer ${token}`, ...more },
});

it("writes who did what to which thing, to the file and to the log", async () => {
  const { client, log, lines, path } = await start({ revokeRunner: () => ({}), listRunners: () => ({}) });
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const request = { namespace: "one", runnerId: "r-1", delete: true };
  await client.revokeRunner(request, as("boss-token", { traceparent, "x-request-id": "call-7" }));
  await client.listRunners({ namespace: "one" }, as("boss-token"));
  const act = {
    ...{ audit: true, principal: "boss", method: `${fleet}/RevokeRunner`, namespace: "one", ids: { runner_id: "r-1" } },
    ...{ outcome: "OK", requestId: "call-7", traceId: "0af7651916cd43dd8448eb211c80319c" },
  };
  expect(await lines()).toEqual([expect.objectContaining({ ...act, time: expect.stringMatching(/^20.*Z$/) })]);
  expect(log).toEqual([expect.objectContaining(act)]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it("leaves the log to its level, and nothing out of the file", async () => {
  const { client, log, lines } = await start({ revokeRunner: () => ({}) }, {}, "warn");
  await client.revokeRunner({ runnerId: "r-1" }, as("boss-token"));
  expect([log.length, (await lines()).length]).toEqual([0, 1]);
});

it("writes refused and failed acts too, with the reason", async () => {
  const { client, lines } = await start({
    revokeRunner() {
      throw new SwitchyardError("RUNNER_NOT_FOUND");
    },
  });
  const request = { namespace: "one", runnerId: "r-1" };
  for (const token of ["boss-token", "reader-token", "no-such-token"])
    await client.revokeRunner(request, as(token)).catch(() => undefined);
  const parts = (await lines()).map(({ principal, outcome, reason }) => [principal, outcome, reason]);
  expect(parts).toEqual([
    ["boss", "NotFound", "RUNNER_NOT_FOUND"],
    ["reader", "PermissionDenied", "PERMISSION_DENIED"],
    [undefined, "Unauthenticated", "UNAUTHENTICATED"],
  ]);
});

it("says how many lines about strangers it left out", async () => {
  const { client, log } = await start({ revokeRunner: () => ({}) });
  for (let i = 0; i < 200; i++)
    await client.revokeRunner({ runnerId: `r-${i}` }, as("no-such-token")).catch(() => undefined);
  const shown = log.length;
  expect(shown).toBeLessThan(100);
  await client.revokeRunner({}, as("boss-token"));
  const leftOut = log.reduce((sum, line) => sum + Number(line["unwrittenBefore"] ?? 0), 0);
  expect(log.length - 1 + leftOut).toBe(200);
});

it("adds and leaves out what the service says", async () => {
  const audited = { also: [`${fleet}/GetRunner`], routine: [`${fleet}/DrainRunner`] };
  const { client, log } = await start({ getRunner: () => ({}), drainRunner: () => ({}) }, audited);
  await client.getRunner({ runnerId: "a" }, as("boss-token"));
  await client.drainRunner({ runnerId: "b" }, as("boss-token"));
  expect(log.map(({ method }) => method)).toEqual([`${fleet}/GetRunner`]);
});
