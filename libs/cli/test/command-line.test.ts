import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OutputClosed, runCli } from "../src/index.js";
import { run } from "./run.js";

describe("a command line that is wrong", () => {
  it.each([
    [["jobs", "submit"], "missing required argument 'kind'"],
    [["jobs", "list", "--nonsense"], "unknown option '--nonsense'"],
    [["nonsense"], "unknown command 'nonsense'"],
    [["jobs", "list", "-o", "yaml"], "Allowed choices are table, json"],
    [["jobs", "list", "--limit", "x"], "Expected a whole number"],
    [["jobs", "get", "nonsense"], "names no job"],
    [["jobs", "list", "--address", "nonsense"], "no host:port"],
    [["jobs", "submit", "a", "--input", "{}", "--input-file", "b"], "not both"],
    [["jobs", "submit", "a", "-f", "-w"], "not both"],
    [["jobs", "submit", "a", "--input", "{"], "not JSON"],
    [["jobs", "submit", "a", "--input-file", "/nonexistent"], "cannot read"],
    [["schedules", "create", "a", "b"], "required option '--cron <expression>' not specified"],
    [["tokens", "create", "a"], "required option '--scope <scope>' not specified"],
    [["pools", "scale"], "give a size"],
    [["namespaces", "move", "a"], "required option '--shard <n>' not specified"],
    [["namespaces", "move", "a", "--shard", "-1"], "Expected a whole number"],
    [["completion", "tcsh"], "Allowed choices are bash, zsh, fish"],
  ])("%j ends with 2 and says why", async (argv, words) => {
    const { code, out, err } = await run(argv);
    expect(err).toContain(words);
    expect([code, out]).toEqual([2, ""]);
  });

  it("names commands that are like what was typed", async () => {
    expect((await run(["jobs", "lst"])).err).toContain("Did you mean list?");
  });
});

describe("help and version", () => {
  it("end with 0, on the standard output", async () => {
    const help = await run(["jobs", "submit", "--help"]);
    expect(help).toMatchObject({ code: 0, err: "" });
    for (const option of ["--follow", "--namespace"]) expect(help.out).toContain(option);
  });

  it("is the package's version", async () => {
    const packageJson = await readFile(join(import.meta.dirname, "../package.json"), "utf8");
    const { version } = JSON.parse(packageJson) as { version: string };
    expect(JSON.parse((await run(["version", "-o", "json"])).out)).toEqual({ version, node: process.versions.node });
  });
});

describe("nobody at the address", () => {
  const nobody = { SWITCHYARD_ADDRESS: "127.0.0.1:1" };

  it("ends with 4 and says what to look at", async () => {
    const { code, err } = await run(["jobs", "cancel", "0193a0b0-0000-7000-8000-000000000001"], nobody);
    expect(code).toBe(4);
    expect(err).toMatch(/^error: SERVICE_UNAVAILABLE: connect ECONNREFUSED 127\.0\.0\.1:1\n {2}.*switchyard doctor/);
  });

  it("is told in JSON to those who read JSON", async () => {
    const argv = ["-o", "json", "jobs", "cancel", "0193a0b0-0000-7000-8000-000000000001"];
    expect(JSON.parse((await run(argv, nobody)).err)).toMatchObject({ error: { reason: "SERVICE_UNAVAILABLE" } });
  });
});

it("a reader that leaves is no failure", async () => {
  const write = () => Promise.reject(new OutputClosed("EPIPE"));
  const io = { env: {}, stdout: { write }, stderr: { write: async () => undefined }, readStdin: async () => "" };
  expect(await runCli(["version"], { ...io, colors: false, interrupted: new AbortController().signal })).toBe(0);
  expect(await runCli(["--help"], { ...io, colors: false, interrupted: new AbortController().signal })).toBe(0);
});

describe("profiles", () => {
  let home: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "switchyard-cli-"));
    env = { XDG_CONFIG_HOME: home };
  });
  afterAll(() => rm(home, { recursive: true }));

  it("are set, listed without their tokens, used and deleted", async () => {
    expect(
      (await run(["profiles", "set", "lab", "--address", "lab:1", "--token", "very-secret", "--tls"], env)).code,
    ).toBe(0);
    expect((await run(["profiles", "set", "prod", "--address", "prod:1", "-n", "web"], env)).code).toBe(0);
    expect((await run(["profiles", "use", "prod"], env)).code).toBe(0);
    const table = await run(["profiles", "list"], env);
    expect(table.out).toMatch(/^ {3}lab +lab:1 +- +\(set\) +on$/m);
    expect(table.out).toMatch(/^\* +prod +prod:1 +web +- +-$/m);
    const json = await run(["profiles", "list", "-o", "json"], env);
    expect(
      json.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { name: "lab", current: false, address: "lab:1", tls: true, tokenSet: true },
      { name: "prod", current: true, address: "prod:1", namespace: "web", tokenSet: false },
    ]);
    expect(table.out + json.out).not.toContain("very-secret");
    expect((await run(["profiles", "delete", "prod"], env)).code).toBe(0);
    expect((await run(["profiles", "list"], env)).out).not.toContain("prod");
  });

  it("keep paths that hold in every directory", async () => {
    await run(["profiles", "set", "paths", "--token-file", "token", "--tls-ca", "/ca.pem"], env);
    const kept = (await run(["profiles", "list", "-o", "json"], env)).out
      .split("\n")
      .find((line) => line.includes('"paths"'));
    expect(JSON.parse(kept ?? "")).toMatchObject({ tokenFile: join(process.cwd(), "token"), tlsCa: "/ca.pem" });
  });

  it("have to be there, and have to say something", async () => {
    expect(await run(["profiles", "use", "none"], env)).toMatchObject({
      code: 2,
      err: 'error: there is no profile "none"\n',
    });
    expect(await run(["profiles", "delete", "none"], env)).toMatchObject({ code: 2 });
    expect(await run(["profiles", "set", "empty"], env)).toMatchObject({ code: 2 });
  });
});
