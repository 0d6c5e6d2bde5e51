import { type ConfigError, loadConfig } from "@switchyard/service-kit";
import { expect, test } from "vitest";
import { artifactSettings, checkArtifactSettings } from "./artifact-settings.js";

const load = (env: Record<string, string>) => loadConfig(artifactSettings, env, checkArtifactSettings);

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    load(env);
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
}

test("nothing has to be said", () => {
  expect(load({})).toMatchObject({
    CATALOG_MAX_ARTIFACT_BYTES: 5 * 1024 ** 3,
    CATALOG_STAGED_ARTIFACT_AGE: 86_400_000,
  });
});

test.each([
  ["a directory", { CATALOG_ARTIFACT_DIR: "/a" }],
  ["a bucket", { CATALOG_S3_BUCKET: "b" }],
  ["a bucket elsewhere", { CATALOG_S3_BUCKET: "b", CATALOG_S3_ENDPOINT: "http://localhost:1", CATALOG_S3_REGION: "r" }],
])("%s is enough", (_, env) => {
  expect(problemsOf(env as Record<string, string>)).toEqual([]);
});

test.each([
  ["two places", { CATALOG_ARTIFACT_DIR: "/a", CATALOG_S3_BUCKET: "b" }, ["CATALOG_S3_BUCKET"]],
  ["an endpoint that is none", { CATALOG_S3_BUCKET: "b", CATALOG_S3_ENDPOINT: "here" }, ["CATALOG_S3_ENDPOINT"]],
  [
    "half a place",
    { CATALOG_S3_ENDPOINT: "http://localhost:1", CATALOG_S3_REGION: "r", CATALOG_S3_PREFIX: "p" },
    ["CATALOG_S3_ENDPOINT", "CATALOG_S3_REGION", "CATALOG_S3_PREFIX"],
  ],
])("%s is a problem", (_, env, names) => {
  expect(problemsOf(env as Record<string, string>).map((line) => line.split(":")[0])).toEqual(names);
});
