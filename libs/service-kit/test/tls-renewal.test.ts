import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient, createGrpcTransport } from "@switchyard/rpc";
import {
  ConfigError,
  createLogger,
  createTlsFiles,
  createWorkerOperations,
  openClientTls,
  openServiceTls,
  registerTlsMetrics,
} from "@switchyard/service-kit";
import { createTestAuthority, eventually } from "@switchyard/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Probe } from "./probe-service.js";
import { check, clientOf, startTlsHost, type TlsHost } from "./tls-host.js";

let served: TlsHost;
beforeEach(async () => {
  served = await startTlsHost();
});
afterEach(() => served.stop());

const silent = createLogger({ name: "tls", level: "silent" });
const unset = {
  ...{ TLS_CERT_PATH: undefined, TLS_KEY_PATH: undefined, TLS_CA_PATH: undefined, TLS_SERVER_NAME: undefined },
  ...({ TLS_RELOAD_INTERVAL: 10, TLS_CLIENT_AUTH: "require", OPS_TLS: "off" } as const),
};

const expiry = "switchyard_tls_certificate_expiry_timestamp_seconds";

async function metric(name: string, registry = served.host.registry): Promise<readonly string[]> {
  const text = await registry.metrics();
  return text.split("\n").filter((line) => line.startsWith(`${name}{`));
}

it("fails no call while authority and certificates are changed twice", async () => {
  // The client's side is the same files: as a service calls the others.
  const transport = createGrpcTransport({ address: served.host.grpcAddress, tls: served.tls });
  const client = createClient(Probe, transport);
  let calls = 0;
  let over = false;
  const traffic = Array.from({ length: 4 }, async () => {
    while (!over) {
      await client.say({ text: "on", number: calls }, { timeoutMs: 10_000 });
      // Connections of their own too: each shakes hands with what the files hold then.
      if (calls++ % 10 === 0) await check(served.host.grpcAddress, served.tls);
    }
  });

  let authority = served.authority;
  for (let turn = 0; turn < 2; turn++) {
    const before = calls;
    await eventually(() => expect(calls).toBeGreaterThan(before + 50));
    const next = await createTestAuthority(`Authority ${turn}`);
    // As an operator would: first both authorities, then the new certificate, then the new authority alone.
    await served.renew({ ca: authority.ca + next.ca });
    await served.renew(await next.issue());
    await served.renew({ ca: next.ca });
    await expect(check(served.host.grpcAddress, await clientOf(authority))).rejects.toThrow();
    authority = next;
  }
  over = true;
  await Promise.all(traffic);
  transport.close();
  expect(calls).toBeGreaterThan(100);
  expect(served.tls.files.looks).toEqual({ renewed: 6, failed: 0 });
});

it("keeps what it has while the files are broken, half written, or do not fit each other", async () => {
  const { cert, key } = await served.authority.issue();
  const held = served.tls.cert;
  const client = await clientOf(served.authority);
  const bad = [
    { cert: "nonsense" },
    { cert: cert.slice(0, cert.length / 2) },
    { cert: cert + cert.slice(0, cert.length / 2) },
    { cert },
    { cert: held.toString(), ca: "" },
  ];
  for (const [index, texts] of bad.entries()) {
    await served.renew(texts);
    expect(served.tls.cert).toBe(held);
    await check(served.host.grpcAddress, client);
    expect(served.tls.files.looks).toEqual({ renewed: 0, failed: index + 1 });
  }
  await rm(join(served.directory, "key.pem"));
  await served.renew({ ca: served.authority.ca });
  expect(served.tls.files.looks.failed).toBe(bad.length + 1);

  await served.renew({ cert, key });
  expect(served.tls.cert.toString()).toBe(cert);
  await check(served.host.grpcAddress, client);
  expect(await metric("switchyard_tls_reloads_total")).toEqual([
    'switchyard_tls_reloads_total{use="service",result="renewed"} 1',
    `switchyard_tls_reloads_total{use="service",result="failed"} ${bad.length + 1}`,
  ]);
});

it("tells when the certificates expire", async () => {
  const until = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 5_000_000);
  await served.renew(await served.authority.issue({ until }));
  expect(await metric(expiry)).toEqual([
    `${expiry}{use="service",file="cert"} ${until.getTime() / 1_000}`,
    expect.stringMatching(/file="ca"} \d+$/),
  ]);
});

it("looks at the files by itself", async () => {
  const path = join(served.directory, "ca.pem");
  const files = createTlsFiles({ paths: { ca: path }, intervalMs: 5, logger: silent });
  const { ca } = await createTestAuthority();
  await writeFile(path, ca);
  await eventually(() => expect(files.current.ca.toString()).toBe(ca));
  files.close();
});

it("names what is missing", () => {
  expect(openServiceTls(unset, silent)).toBeUndefined();
  expect(openClientTls(unset, silent)).toBeUndefined();
  const some = { ...unset, TLS_CERT_PATH: "/none.pem", TLS_CA_PATH: "/none.pem" };
  expect(() => openServiceTls(some, silent)).toThrow(
    new ConfigError(["TLS_KEY_PATH: is needed too; TLS takes all three files"]),
  );
  expect(() => openServiceTls({ ...unset, OPS_TLS: "on" }, silent)).toThrow(/OPS_TLS: needs TLS_CERT_PATH/);
  expect(() => openServiceTls({ ...some, TLS_KEY_PATH: "/none.pem" }, silent)).toThrow("/none.pem");
});

it("lets a process that only calls go with the authority alone", async () => {
  const open = await startTlsHost({ TLS_CLIENT_AUTH: "none" });
  const tls = openClientTls({ ...unset, TLS_CA_PATH: join(open.directory, "ca.pem") }, silent);
  expect(tls?.cert).toBeUndefined();
  await check(open.host.grpcAddress, tls);
  expect(await metric(expiry, createWorkerOperations(undefined, tls).registry)).toEqual([
    expect.stringMatching(/\{use="service",file="ca"\} \d+$/),
  ]);
  tls?.files.close();
  await open.stop();
});

it("measures a process that only calls, and tells nothing of one that calls in plain text", async () => {
  const paths = { TLS_CERT_PATH: join(served.directory, "cert.pem"), TLS_KEY_PATH: join(served.directory, "key.pem") };
  const tls = openClientTls({ ...unset, ...paths, TLS_CA_PATH: join(served.directory, "ca.pem") }, silent);
  const { registry } = createWorkerOperations(undefined, tls);
  expect(await metric(expiry, registry)).toEqual(await metric(expiry));
  expect(await metric("switchyard_tls_reloads_total", registry)).toHaveLength(2);
  expect(await metric(expiry, createWorkerOperations(undefined, undefined).registry)).toEqual([]);
  tls?.files.close();
});

it("measures every listener of a process on its one page", async () => {
  const { registry } = served.host;
  registerTlsMetrics(registry, { service: undefined, http: served.tls.files });
  expect(await metric("switchyard_tls_reloads_total", registry)).toHaveLength(4);
  const uses = (await metric(expiry, registry)).map((line) => /use="(\w+)"/.exec(line)?.[1]);
  expect(uses).toEqual(["service", "service", "http", "http"]);
});
