import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { createSwitchyardClient, jsonPayload } from "@switchyard/client";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  createTestAuthority,
  createTestDatabase,
  eventually,
  freePort,
  startProcess,
  type TestAuthority,
  type TestDatabase,
  type TestProcess,
  temporaryDirectory,
  writeTlsFiles,
} from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { migrateAll } from "../src/index.js";

let database: TestDatabase;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let authority: TestAuthority;
let tls: Record<string, string>;
const running: TestProcess[] = [];
const at: Record<string, string> = {};

/** Every service as a process of its own, as on a cluster: one certificate for all, names by the loopback address. */
beforeAll(async () => {
  database = await createTestDatabase({ templateKey: "all-in-one", migrate: migrateAll, leaks: "ignore" });
  directory = await temporaryDirectory();
  authority = await createTestAuthority();
  const paths = await writeTlsFiles(directory.path, { ...(await authority.issue()), ca: authority.ca });
  tls = {
    ...{ TLS_CERT_PATH: paths.cert, TLS_KEY_PATH: paths.key, TLS_CA_PATH: paths.ca },
    TLS_RELOAD_INTERVAL: "100ms",
  };
  for (const name of ["scheduler", "runner-gateway", "log-store", "catalog", "http"]) {
    at[name] = `127.0.0.1:${await freePort()}`;
  }
  for (const name of ["scheduler", "log-store", "catalog", "runner-gateway"]) {
    await start(name, { DATABASE_URL: database.url, MIGRATE_AT_START: "off", GRPC_LISTEN: at[name] as string });
  }
  await start("http-gateway", { HTTP_LISTEN: at["http"] as string });
});

afterAll(async () => {
  for (const program of running.reverse()) await program.end();
  await database.drop();
  await directory.remove();
});

async function start(service: string, env: Record<string, string>): Promise<TestProcess> {
  const program = await startProcess(`services/${service}/src/main.ts`, {
    ...{ OPS_LISTEN: "127.0.0.1:0", CATALOG_ARTIFACT_DIR: directory.path, ...tls },
    ...{ SCHEDULER_ADDRESS: at["scheduler"] as string, RUNNER_GATEWAY_ADDRESS: at["runner-gateway"] as string },
    ...{ LOG_STORE_ADDRESS: at["log-store"] as string, CATALOG_ADDRESS: at["catalog"] as string },
    ...env,
  });
  running.push(program);
  await program.line(service === "runner" || service === "pipeline-worker" ? /"registered"/ : /"listening"/);
  return program;
}

/** A client of the services, with a certificate of the authority or in plain text. */
async function clientWith(showsCertificate: boolean) {
  const { cert, key } = await authority.issue();
  return createSwitchyardClient({
    addresses: { scheduler: at["scheduler"] as string, logStore: at["log-store"] as string },
    ...(showsCertificate && {
      tls: { cert: Buffer.from(cert), key: Buffer.from(key), ca: Buffer.from(authority.ca) },
    }),
  });
}

async function runJob(): Promise<readonly string[]> {
  const client = await clientWith(true);
  try {
    const spec = { kind: "shell.run", input: jsonPayload({ command: ["echo", "unread on the way"] }) };
    const { jobId } = await client.submit("default", spec);
    const lines: string[] = [];
    for await (const update of client.followJob({ namespace: "default", jobId })) {
      if (update.type === "log") lines.push(update.record.entry?.message ?? "");
    }
    expect((await client.waitForJob("default", jobId)).state).toBe(JobState.SUCCEEDED);
    return lines;
  } finally {
    client.close();
  }
}

it("runs a job through all services over TLS, and goes on under a new authority", { timeout: 120_000 }, async () => {
  const first = await start("runner", { RUNNER_NAME: "first" });
  expect(await runJob()).toEqual(["unread on the way"]);
  // The HTTP gateway reaches the core too.
  const status = await fetch(`http://${at["http"]}/rpc/switchyard.scheduler.v1.JobService/GetStatus`, {
    ...{ method: "POST", headers: { "content-type": "application/json" }, body: "{}" },
  });
  expect(status.status).toBe(200);
  await first.end();

  const next = await createTestAuthority("The next one");
  await writeTlsFiles(directory.path, { ...(await next.issue()), ca: next.ca });
  authority = next;
  // Every process has found the new files when a job runs: a runner and a client that know the new authority alone.
  await eventually(() => start("runner", { RUNNER_NAME: "second" }), { timeoutMs: 60_000 });
  expect(await eventually(runJob, { timeoutMs: 30_000 })).toEqual(["unread on the way"]);
});

/** Type of the TLS record that ends a bad handshake; an HTTP/2 settings frame begins with a zero. */
const tlsAlert = 21;

it.each(["runner", "pipeline-worker"])("%s says when its certificate ends", async (service) => {
  const ops = `127.0.0.1:${await freePort()}`;
  const program = await start(service, { OPS_LISTEN: ops });
  const page = await (await fetch(`http://${ops}/metrics`)).text();
  const ends = /^switchyard_tls_certificate_expiry_timestamp_seconds\{use="service",file="cert"\} (\d+)$/m.exec(page);
  const { validTo } = new X509Certificate(await readFile(tls["TLS_CERT_PATH"] as string));
  expect(Number(ends?.[1]) * 1_000).toBe(Date.parse(validTo));
  await program.end();
});

it("answers nobody in plain text", async () => {
  const client = await clientWith(false);
  const refused = client.submit("default", { kind: "shell.run" }, { signal: AbortSignal.timeout(3_000) });
  await expect(refused).rejects.toThrow();
  client.close();
  for (const name of ["scheduler", "runner-gateway", "log-store", "catalog"]) {
    const [host, port] = (at[name] as string).split(":");
    const firstByte = await new Promise((resolve, reject) => {
      const socket = connect({ host: host as string, port: Number(port) }, () =>
        socket.write("PRI * HTTP/2.0\r\n\r\n"),
      );
      const read: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => read.push(chunk)).on("error", reject);
      socket.on("close", () => resolve(Buffer.concat(read)[0] ?? tlsAlert));
    });
    expect(firstByte).toBe(tlsAlert);
  }
});
