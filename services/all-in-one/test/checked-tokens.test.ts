import { Scope, TokenService } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { CatalogService } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import { reasonOf } from "@switchyard/errors";
import { type ClosableTransport, createClient, createGrpcTransport } from "@switchyard/rpc";
import {
  createTcpProxy,
  eventually,
  freePort,
  startProcess,
  type TcpProxy,
  temporaryDirectory,
  type TestProcess,
} from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestSystem, type TestSystem } from "./test-system.js";

// A catalog in a process of its own that knows no token by itself: it asks the runner-gateway, over a line that the test can cut.
const namespace = "checked";
let system: TestSystem;
let line: TcpProxy;
let catalog: TestProcess;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
const transports: ClosableTransport[] = [];

const configured = (name: string, scope: string) => ({
  name,
  token: `${name}-token`,
  scopes: [scope],
  namespaces: "all",
});
const root = { headers: { authorization: "Bearer root-token" } };

beforeAll(async () => {
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" },
    SWITCHYARD_TOKENS: JSON.stringify([configured("root", "admin"), configured("service", "read")]),
  });
  line = await createTcpProxy({ target: { port: Number(system.addresses.grpc.split(":")[1]) } });
  directory = await temporaryDirectory();
  const [grpc, ops] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  catalog = await startProcess("services/catalog/src/main.ts", {
    ...{ DATABASE_URL: system.database.url, GRPC_LISTEN: grpc, OPS_LISTEN: ops },
    CATALOG_ARTIFACT_DIR: directory.path,
    ...{ TOKEN_CHECK_ADDRESS: `127.0.0.1:${line.port}`, SWITCHYARD_SERVICE_TOKEN: "service-token" },
  });
  await eventually(async () => expect((await fetch(`http://${ops}/readyz`)).status).toBe(200), { timeoutMs: 25_000 });
  transports.push(createGrpcTransport({ address: system.addresses.grpc }), createGrpcTransport({ address: grpc }));
});
afterAll(async () => {
  for (const transport of transports) transport.close();
  await catalog.end("SIGKILL");
  await line.close();
  await directory.remove();
  await system.stop();
});

const tokens = () => createClient(TokenService, transports[0] as ClosableTransport);

async function create(scope: Scope) {
  const grant = { name: `t-${crypto.randomUUID()}`, scopes: [scope], namespaces: [namespace] };
  const { secret, token } = await tokens().createToken({ grant }, root);
  return { secret, id: token?.tokenId ?? "" };
}

/** How a read of the catalog with a token ends. */
async function read(secret: string | undefined, of = namespace): Promise<string> {
  const client = createClient(CatalogService, transports[1] as ClosableTransport);
  const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
  return client.listDocuments({ namespace: of, collection: "c" }, { headers }).then(() => "OK", reasonOf);
}

it("asks for a token although none is configured, and lets in by what the token allows", async () => {
  const { secret } = await create(Scope.READ);
  expect(await read(undefined)).toBe("UNAUTHENTICATED");
  expect(await read("root-token")).toBe("UNAUTHENTICATED");
  expect(await read(secret)).toBe("OK");
  expect(await read(secret, "another")).toBe("PERMISSION_DENIED");
  expect(await read((await create(Scope.RUN)).secret)).toBe("PERMISSION_DENIED");
  expect(await read(`swt_${"0".repeat(64)}`)).toBe("UNAUTHENTICATED");
});

// Within 5 s, as the tests of the checked tokens show with a clock of their own.
it("refuses a token in use soon after it was revoked", async () => {
  const { secret, id } = await create(Scope.READ);
  expect(await read(secret)).toBe("OK");
  await tokens().revokeToken({ tokenId: id }, root);
  await eventually(async () => expect(await read(secret)).toBe("TOKEN_REVOKED"));
});

it("lets known tokens in while the runner-gateway is away, and no others", async () => {
  const [known, unknown] = [await create(Scope.READ), await create(Scope.READ)];
  expect(await read(known.secret)).toBe("OK");
  line.refuse(true);
  line.cut();
  expect(await read(unknown.secret)).toBe("SERVICE_UNAVAILABLE");
  await new Promise((resolve) => setTimeout(resolve, 5_100));
  expect(await read(known.secret)).toBe("OK");
  expect(await read(unknown.secret)).toBe("SERVICE_UNAVAILABLE");
  line.refuse(false);
  await eventually(async () => expect(await read(unknown.secret)).toBe("OK"));
});
