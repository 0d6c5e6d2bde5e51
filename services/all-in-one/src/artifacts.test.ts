import { access } from "node:fs/promises";
import { join } from "node:path";
import { temporaryDirectory } from "@switchyard/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openArtifacts } from "./artifacts.js";
import { loadSystemConfig, type SystemConfig } from "./config.js";

let data: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeEach(async () => {
  data = await temporaryDirectory();
});
afterEach(() => data.remove());

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
const systemConfig = (more: Partial<SystemConfig>, env: Record<string, string> = {}): SystemConfig => ({
  ...loadSystemConfig({ SWITCHYARD_DATA_DIR: data.path, ...env }),
  ...more,
});

test.each([
  ["stay with a database that stays", true, true, true],
  ["go with an embedded database that goes", false, true, false],
  ["stay with a database of somebody else's", false, false, true],
])("artifacts below the data directory %s", async (_, persistent, embedded, stays) => {
  const { blobs, close } = await openArtifacts(systemConfig({ persistent }), { embedded });
  await blobs.prepare();
  expect(await exists(join(data.path, "artifacts"))).toBe(true);
  await close();
  expect(await exists(join(data.path, "artifacts"))).toBe(stays);
});

test("a directory that was named stays", async () => {
  const directory = join(data.path, "elsewhere");
  const config = systemConfig({ persistent: false }, { CATALOG_ARTIFACT_DIR: directory });
  const { blobs, close } = await openArtifacts(config, { embedded: true });
  await blobs.prepare();
  await close();
  expect(await exists(directory)).toBe(true);
});

test("settings of artifacts are checked with all others", () => {
  const env = { CATALOG_S3_PREFIX: "x/", MANAGED_RUNNERS: "none" };
  expect(() => loadSystemConfig(env)).toThrow(/MANAGED_RUNNERS/);
  expect(() => loadSystemConfig({ CATALOG_S3_PREFIX: "x/" })).toThrow(/CATALOG_S3_PREFIX: needs CATALOG_S3_BUCKET/);
});
