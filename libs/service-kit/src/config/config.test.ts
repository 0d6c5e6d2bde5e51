import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  ConfigError,
  durationMs,
  flag,
  hostPort,
  hostPorts,
  integer,
  json,
  list,
  loadConfig,
  sizeBytes,
  splitHostPort,
  text,
} from "../index.js";

const folder = mkdtempSync(join(tmpdir(), "config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const shape = {
  DATABASE_URL: text(),
  LEASE_MS: durationMs().default(30_000),
  GRPC_LISTEN: hostPort().default("127.0.0.1:7401"),
  REFLECTION: flag().default(false),
  MAX_MESSAGE: sizeBytes().default(4096),
  POOL: integer({ min: 1, max: 9 }).optional(),
  KINDS: list().default([]),
  TOKENS: json(z.array(z.object({ name: z.string() }))).default([]),
};

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(shape, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("loadConfig", () => {
  it("reads values and fills in defaults; empty is unset", () => {
    const config = loadConfig(shape, {
      DATABASE_URL: "postgres://x",
      LEASE_MS: "",
      KINDS: "a, b,,c ",
      TOKENS: '[{"name":"ci"}]',
    });
    expect(config).toMatchObject({
      LEASE_MS: 30_000,
      KINDS: ["a", "b", "c"],
      TOKENS: [{ name: "ci" }],
      REFLECTION: false,
    });
    expect(config.POOL).toBeUndefined();
  });

  it("reports all problems at once, without the text of secrets", () => {
    const env = {
      LEASE_MS: "soon",
      GRPC_LISTEN: "7401",
      POOL: "10",
      TOKENS: '[{"nam":"s3cret"}]',
      REFLECTION: "perhaps",
    };
    const problems = problemsOf(env);
    expect(problems.map((line) => line.split(":")[0])).toEqual([
      "DATABASE_URL",
      "LEASE_MS",
      "GRPC_LISTEN",
      "REFLECTION",
      "POOL",
      "TOKENS",
    ]);
    expect(problems[0]).toBe("DATABASE_URL: is not set");
    expect(problems.join()).not.toContain("s3cret");
    expect(problemsOf({ DATABASE_URL: "x", TOKENS: "s3cret" })).toEqual(["TOKENS: is not JSON"]);
  });

  it("reads a secret from a file", () => {
    const path = join(folder, "url");
    writeFileSync(path, "postgres://from-file\n");
    expect(loadConfig(shape, { DATABASE_URL_FILE: path }).DATABASE_URL).toBe("postgres://from-file");
    expect(problemsOf({ DATABASE_URL: "x", DATABASE_URL_FILE: path })).toEqual([
      "DATABASE_URL: is set twice, directly and by DATABASE_URL_FILE",
    ]);
    expect(problemsOf({ DATABASE_URL_FILE: join(folder, "none") })).toHaveLength(1);
  });

  it("checks values against each other", () => {
    const check = () =>
      loadConfig(
        { A: integer(), B: integer() },
        { A: "2", B: "1" },
        ({ A, B }, problem) => void (A > B && problem("A", "is above B")),
      );
    expect(check).toThrow("A: is above B");
  });
});

it.each([
  [durationMs(), "250ms", 250],
  [durationMs(), "1.5s", 1500],
  [durationMs(), "2h", 7_200_000],
  [durationMs(), "70", 70],
  [sizeBytes(), "4MiB", 4 * 1024 * 1024],
  [sizeBytes(), "12", 12],
  [flag(), "ON", true],
  [flag(), "0", false],
  [hostPort(), "[::1]:80", "[::1]:80"],
  [hostPorts(), "a:1, [::1]:80", ["a:1", "[::1]:80"]],
])("reads a field", (field, value, expected) => {
  expect((field as z.ZodType).parse(value)).toEqual(expected);
});

it.each([
  [durationMs(), "-1s"],
  [durationMs(), "1 week"],
  [sizeBytes(), "4MB?"],
  [integer(), "1.5"],
  [integer(), "0x10"],
  [hostPort(), "::1:80"],
  [hostPorts(), "a:1,,b:2"],
  [hostPort(), "host:70000"],
])("refuses a bad field %#", (field, value) => {
  expect((field as z.ZodType).safeParse(value).success).toBe(false);
});

it("splits addresses", () => {
  expect(splitHostPort("[::1]:80")).toEqual({ host: "::1", port: 80 });
  expect(splitHostPort("localhost:0")).toEqual({ host: "localhost", port: 0 });
});
