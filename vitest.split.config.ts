import { mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const e2e = "services/all-in-one/test";

/**
 * The end-to-end tests once more, against services that are processes of their own (`npm run test:split`). Left out are those that start,
 * kill or configure processes themselves, and those of what one process has alone: its listener for everything, its traces, its tokens.
 */
const files = [
  "*-cases",
  "*-claims",
  "*-races",
  "*-streams",
  "artifacts",
  "bad-input",
  "cli-{jobs,process,steering}",
  "curl-examples/curl-examples",
  "dialect-access",
  "dialect-bad-input",
  "grpc-interop",
  "host-names",
  "janitor-{alone,estimates,lives,logins,uploads,watchdog}",
  "killed-runner",
  "one-core",
  "pipeline-{documents,operations,runs,sources,story*,worker}",
  "runpack-{lives,settings}",
  "silo-{limits,system}",
  "task-executor-{access,commands}",
];

const merged = mergeConfig(base, {
  test: {
    env: { E2E_SYSTEM: "split", DIALECT_CASES: "all" },
    // A system is a dozen processes.
    maxWorkers: 1,
  },
});

export default { ...merged, test: { ...merged.test, include: files.map((file) => `${e2e}/${file}.test.ts`) } };
