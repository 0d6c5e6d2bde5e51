import { createPool, type Pool } from "@switchyard/postgres";
import { Scope, TokenService } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { FleetService } from "@switchyard/proto/switchyard/runner/v1/fleet_service_pb";
import { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { JobService } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createClient, createGrpcTransport } from "@switchyard/rpc";
import { afterAll, beforeAll, expect, it } from "vitest";
import { siloCalls } from "./silo-calls.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

// Whoever gets a dump of the database must not get a credential with it.
const namespace = "secrets";
const configured = {
  root: "root-0123456789abcdef-root",
  silo: "silo_0123456789abcdef_silo",
  janitor: "janitor-0123456789abcdef-operator",
  worker: "worker-0123456789abcdef-password",
  pipeline: "pipeline-0123456789abcdef-secret",
  taskExecutor: "task-executor-0123456789abcdef",
  logged: "logged-0123456789abcdef-declared",
};
/** A text that has to be found, or the search is worth nothing. */
const harmless = "harmless-0123456789abcdef-text";

let system: TestSystem;
let database: Pool;
beforeAll(async () => {
  system = await startTestSystem({
    ...{ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" },
    SWITCHYARD_TOKENS: JSON.stringify([{ name: "root", token: configured.root, scopes: ["admin"], namespaces: "all" }]),
    SILO_TOKENS: JSON.stringify([{ token: configured.silo, user: "ada", role: "admin" }]),
    JANITOR_ADMIN_TOKEN: configured.janitor,
    RUNNER_API_SECRET: configured.pipeline,
    TASK_EXECUTOR_TOKEN: configured.taskExecutor,
  });
  database = createPool({ url: system.database.url, max: 1, applicationName: "secrets-at-rest test" });
});
afterAll(async () => {
  await database.close();
  await system.stop();
});

/** Makes a credential of every kind that the system hands out, and uses each once. */
async function haveSession(): Promise<string[]> {
  const transport = createGrpcTransport({ address: system.addresses.grpc });
  const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const root = as(configured.root);

  const grant = { name: "reader", scopes: [Scope.READ, Scope.RUN], namespaces: [namespace] };
  const access = await createClient(TokenService, transport).createToken({ grant }, root);
  await createClient(JobService, transport).listJobs({ namespace }, as(access.secret));

  const runners = createClient(RunnerService, transport);
  const registered = await runners.registerRunner({ namespace, issueToken: true, spec: { name: harmless } }, root);
  const runnerId = registered.runner?.id ?? "";
  await runners.heartbeat({ namespace, runnerId }, as(registered.token));
  const issued = await createClient(FleetService, transport).issueCredential({ namespace, runnerId }, root);
  await runners.heartbeat({ namespace, runnerId }, as(issued.token));

  // A secret that is named is blackened before anything is stored.
  const lines = new TextEncoder().encode(`my password is ${configured.logged}\n`);
  const append = { stream: "output", content: { case: "text" as const, value: { lines } } };
  const appends = [{ jobId: "job", attempt: 1, append, secrets: [configured.logged] }];
  const logs = createClient(LogService, transport);
  const { results } = await logs.appendLog({ namespace, appends }, root);
  expect(results.map(({ reason }) => reason)).toEqual([ErrorReason.UNSPECIFIED]);
  const stream = { namespace, jobId: "job", attempt: 1, stream: "output" };
  const { records } = await logs.readLog({ stream }, root);
  expect(records.map(({ entry }) => entry?.message)).toEqual(["my password is [masked]"]);
  transport.close();

  const silo = siloCalls(() => `http://${system.addresses.http}/silo`);
  const made = await silo.call("POST", "/api/runners", { token: configured.silo, body: { name: "r", tags: ["t"] } });
  const siloRunner = String(made.body["token"]);
  expect([made.status, siloRunner.length > 20]).toEqual([201, true]);
  await silo.call("POST", "/api/runner/claim", { token: siloRunner, body: {} });

  const rest = async (path: string, authorization: string, body?: unknown) => {
    const content = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const headers = { authorization, "content-type": "application/json" };
    return (await fetch(`http://${system.addresses.http}${path}`, { headers, ...content })).status;
  };
  const account = { name: "worker", password: configured.worker };
  expect(await rest("/janitor/admin/workers", `Bearer ${configured.janitor}`, account)).toBeLessThan(300);
  const login = `Basic ${Buffer.from(`worker:${configured.worker}`).toString("base64")}`;
  expect(await rest("/janitor/runner/active-runs/7b0c5a0e-8f0e-4c54-9a9a-3f2f5d5f8a11", login)).toBe(404);
  expect(await rest("/task-executor/api/v1/tasks", `Bearer ${configured.taskExecutor}`)).toBe(200);
  expect(await rest("/pipeline/jobs", `Bearer ${configured.pipeline}`)).not.toBe(401);
  return [...Object.values(configured), access.secret, registered.token, issued.token, siloRunner];
}

/** Where texts are found in the database: `schema.table.column: text`. */
async function findAll(texts: readonly string[]): Promise<string[]> {
  const forms = texts.flatMap((text) => [
    text,
    Buffer.from(text).toString("base64"),
    Buffer.from(text).toString("hex"),
  ]);
  const { rows: columns } = await database.query<{ table: string; name: string; type: string }>(
    `select format('%I.%I', table_schema, table_name) as table, column_name as name, data_type as type
       from information_schema.columns join information_schema.tables using (table_schema, table_name)
      where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'
        and data_type in ('text', 'character varying', 'bytea', 'json', 'jsonb', 'ARRAY', 'USER-DEFINED')`,
  );
  expect(columns.length).toBeGreaterThan(100);
  const found: string[] = [];
  for (const { table, name, type } of columns) {
    const where =
      type === "bytea"
        ? `position(convert_to(form, 'UTF8') in "${name}") > 0`
        : `position(form in "${name}"::text) > 0`;
    const { rows } = await database.query<{ form: string }>(
      `select form from unnest($1::text[]) form where exists (select from ${table} where ${where})`,
      [forms],
    );
    found.push(...rows.map(({ form }) => `${table}.${name}: ${form}`));
  }
  return found;
}

it("keeps no credential that it was shown or has handed out", async () => {
  const secrets = await haveSession();
  expect(new Set(secrets).size).toBe(11);
  expect(await findAll(secrets)).toEqual([]);
  expect(await findAll([harmless])).not.toEqual([]);
});
