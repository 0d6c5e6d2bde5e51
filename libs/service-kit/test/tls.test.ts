import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
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

let folder: string;
let host: ServiceHost;
const path = (name: string) => join(folder, name);
const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });

function authority(name: string): void {
  openssl(
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "1",
    "-subj",
    `/CN=${name}`,
    "-keyout",
    `${name}.key`,
    "-out",
    `${name}.pem`,
  );
}

function certificate(name: string, by: string): void {
  openssl(
    "req",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-subj",
    `/CN=${name}`,
    "-keyout",
    `${name}.key`,
    "-out",
    `${name}.csr`,
  );
  writeFileSync(path(`${name}.ext`), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  openssl(
    "x509",
    "-req",
    "-days",
    "1",
    "-in",
    `${name}.csr`,
    "-CA",
    `${by}.pem`,
    "-CAkey",
    `${by}.key`,
    "-CAcreateserial",
    "-extfile",
    `${name}.ext`,
    "-out",
    `${name}.pem`,
  );
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tls-"));
  authority("ca");
  authority("stranger");
  certificate("server", "ca");
  certificate("client", "ca");
  certificate("intruder", "stranger");
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

afterAll(async () => {
  await host.stop();
  rmSync(folder, { recursive: true });
});

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
