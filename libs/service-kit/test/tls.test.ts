import { get } from "node:https";
import { join } from "node:path";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@switchyard/proto/grpc/health/v1/health_pb";
import { type ClientTls, createClient, createGrpcTransport } from "@switchyard/rpc";
import {
  createLogger,
  createServiceHost,
  createStaticAuthenticator,
  loadClientTls,
  loadTls,
  type ServiceHost,
} from "@switchyard/service-kit";
import { afterAll, beforeAll, expect, it } from "vitest";

let host: ServiceHost;
const path = (name: string) => join(import.meta.dirname, "certificates", name);

beforeAll(async () => {
  host = createServiceHost({
    name: "tls",
    logger: createLogger({ name: "tls", level: "silent" }),
    routes: [],
    scopes: {},
    auth: { authenticator: createStaticAuthenticator([]) },
    grpcListen: "127.0.0.1:0",
    opsListen: "127.0.0.1:0",
    graceMs: 1000,
    tls: await loadTls({ certPath: path("server.pem"), keyPath: path("server.key"), caPath: path("ca.pem") }),
  });
  await host.start();
});

afterAll(() => host.stop());

async function check(tls?: ClientTls): Promise<Status> {
  const transport = createGrpcTransport({ address: host.grpcAddress, ...(tls === undefined ? {} : { tls }) });
  try {
    return (await createClient(Health, transport).check({}, { timeoutMs: 3000 })).status;
  } finally {
    transport.close();
  }
}

const clientFiles = (name: string, ca = "ca") =>
  loadClientTls({ certPath: path(`${name}.pem`), keyPath: path(`${name}.key`), caPath: path(`${ca}.pem`) });

it("serves a client that the authority knows", async () => {
  expect(await check(await clientFiles("client"))).toBe(Status.SERVING);
});

it.each([
  ["without a certificate", () => loadClientTls({ caPath: path("ca.pem") })],
  ["with a stranger's certificate", () => clientFiles("intruder")],
  ["that does not trust the server", () => clientFiles("client", "stranger")],
  ["in plain text", async () => undefined],
])("refuses a client %s", async (_, files) => {
  const tls = await files();
  await expect(check(tls)).rejects.toThrow();
});

it("does the same on the operations port", async () => {
  const probe = async (tls: ClientTls) =>
    new Promise<number | undefined>((resolve, reject) => {
      get(`https://${host.opsAddress}/livez`, { ...tls, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on("error", reject);
    });
  expect(await probe(await clientFiles("client"))).toBe(200);
  await expect(probe(await loadClientTls({ caPath: path("ca.pem") }))).rejects.toThrow();
});

it("names the file that cannot be read", async () => {
  await expect(loadTls({ certPath: path("none.pem"), keyPath: path("server.key") })).rejects.toThrow("none.pem");
});
