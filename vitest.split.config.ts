import { mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

const e2e = "services/all-in-one/test";

/**
 * The end-to-end tests once more, against services that are processes of their own (`npm run test:split`). Left out are those that start,
 * kill or configure a system themselves and those of one process's own listeners.
 */
const files = [
  "*-cases",
  "*-claims",
  "*-races",
  "*-streams",
  "pipeline-story*",
  "janitor-lives",
  "artifacts",
  "one-core",
  "silo-system",
  "cli-jobs",
  "cli-steering",
  "cli-process",
  "grpc-interop",
  "bad-input",
  "killed-runner",
  "pipeline-documents",
  "pipeline-runs",
  "host-names",
  "dialect-access",
];

const merged = mergeConfig(base, {
  test: {
    env: { E2E_SYSTEM: "split", DIALECT_CASES: "all" },
    // A system is a dozen processes.
    maxWorkers: 1,
  },
});

export default { ...merged, test: { ...merged.test, include: files.map((file) => `${e2e}/${file}.test.ts`) } };
