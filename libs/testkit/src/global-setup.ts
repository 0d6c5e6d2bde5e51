import "./provided.js";
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@switchyard/postgres";
import type { TestProject } from "vitest/node";
import { runDirectory, testRunVariable } from "./once-per-run.js";
import { dropRun } from "./test-run.js";

/**
 * Vitest's `globalSetup`: one PostgreSQL for the whole run, at full durability, in a temporary directory; or the one that
 * `TEST_DATABASE_URL` names (a superuser, or a role that may create databases). Costs about two seconds per run.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const runId = randomBytes(4).toString("hex");
  project.provide("testRunId", runId);
  // Sources change between the runs of a watch, and what was made from them is out of date then.
  if (!project.config.watch) process.env[testRunVariable] = runId;
  const forget = () => rm(runDirectory(runId), { recursive: true, force: true });
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    project.provide("postgresUrl", given);
    return async () => {
      await forget();
      await dropRun(given, runId);
    };
  }
  const server = await startEmbeddedPostgres({
    dataDir: join(tmpdir(), `switchyard-test-${runId}`),
    persistent: false,
    settings: { shared_buffers: "128MB", max_wal_size: "512MB", min_wal_size: "80MB" },
  });
  project.provide("postgresUrl", server.url);
  // The databases go with the server.
  return async () => {
    await forget();
    await server.stop();
  };
}
