import { chmod, mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JobFailure, type JobHandler, JobSuccess } from "@switchyard/client";
import { ConfigError } from "@switchyard/service-kit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createFileExecutor, createGuardian } from "../src/index.js";
import { liveProcesses } from "../src/process/process-group.js";
import { createJobContextDouble, type JobContextDoubleOptions } from "./job-context-double.js";

const guardian = createGuardian();
const environment = { PATH: process.env["PATH"], API_TOKEN: "tok-12345/67", REGION: "north", HIDDEN: "not for jobs" };
let here: string;
let work: string;
const troubles: string[] = [];

beforeAll(async () => {
  here = await realpath(await mkdtemp(join(tmpdir(), "switchyard-executors-")));
  work = join(here, "work");
  await mkdir(work);
});

afterEach(async () => {
  // Each attempt's directory goes with it.
  expect(await readdir(work)).toEqual([]);
  expect(troubles.splice(0)).toEqual([]);
});

afterAll(async () => {
  guardian.stop();
  await rm(here, { recursive: true });
});

async function open(executors: object) {
  const path = join(here, "executors.json");
  await writeFile(path, JSON.stringify({ executors }));
  const onTrouble = (message: string) => void troubles.push(message);
  return createFileExecutor({ path, guardian, environment, workDir: work, onTrouble });
}

/** Runs one job of the kind `k` by a definition. */
async function run(definition: object, input: unknown = {}, options: JobContextDoubleOptions = {}) {
  const executor = await open({ k: definition });
  await executor.start();
  return runWith(executor.execute, input, { kind: "k", ...options });
}

async function runWith(execute: JobHandler, input: unknown, options: JobContextDoubleOptions) {
  const double = createJobContextDouble(input, options);
  const ended = (async () => execute(double.context))();
  const [value, error] = await ended.then(
    (settled) => [settled, undefined],
    (thrown: unknown) => [undefined, thrown],
  );
  expect(await liveProcesses({ id: 2, ...double.group })).toEqual([]);
  return {
    ...double,
    value: value instanceof JobSuccess ? value.result : value,
    facts: value,
    failure: error as JobFailure,
  };
}

const sh = (script: string, more: object = {}) => ({ command: ["/bin/sh", "-c", script, "sh"], ...more });
const temporary = { workDir: { temporary: true } };

describe("what a program is given", () => {
  test("arguments are filled from the input and never read by a shell", async () => {
    const command = ["printf", "<%s>", "{input.url}", "{input.tags...}", "{input.size:-10}", "{job.kind}"];
    const { value } = await run({ command }, { url: "a b; $(touch x)", tags: ["", "*"] });
    expect(value).toMatchObject({ stdout: "<a b; $(touch x)><><*><10><k>", exitCode: 0 });
  });

  test("something that is missing fails the job before anything is started", async () => {
    const { failure } = await run({ command: ["echo", "{input.url}"] }, { other: 1 });
    expect(failure).toBeInstanceOf(JobFailure);
    expect(failure.message).toBe('{input.url}: the input has no "url"');
  });

  test("variables are written down, filled, or handed on, and nothing else of the runner's is there", async () => {
    const env = {
      A: "{input.a}",
      B: 1,
      REGION: { inherit: true },
      ZONE: { inherit: "REGION" },
      C: { inherit: "NO", default: "d" },
    };
    const { value } = await run(sh("echo $A $B $REGION $ZONE $C $HIDDEN.", { env }), { a: "x y" });
    expect(value).toMatchObject({ stdout: "x y 1 north north d .\n" });
  });

  test("the standard input is the input's bytes, or a text", async () => {
    expect((await run({ command: ["cat"], stdin: "input" }, { a: 1 })).value).toMatchObject({ stdout: '{"a":1}' });
    expect((await run({ command: ["cat"], stdin: "a={input.a}\n" }, { a: 1 })).value).toMatchObject({
      stdout: "a=1\n",
    });
  });

  test("programs and directories start where the file is", async () => {
    await writeFile(join(here, "tool.sh"), '#!/bin/sh\necho "$(pwd) $1"\n');
    await chmod(join(here, "tool.sh"), 0o755);
    const definition = { command: ["./tool.sh", "{here}/data"], workDir: "." };
    expect((await run(definition)).value).toMatchObject({ stdout: `${here} ${here}/data\n` });
    expect((await run({ ...definition, limits: { openFiles: 64 } })).value).toMatchObject({ exitCode: 0 });
  });

  test("a fresh directory is empty, and gone afterwards, also after a failure", async () => {
    const definition = sh("ls -A; pwd; mkdir -p a/b; echo x > a/b/c; exit $1", temporary);
    const first = (await run(definition)).value as { stdout: string };
    expect(first.stdout).toMatch(new RegExp(`^${work}/switchyard-attempt-\\w+\n$`));
    const { failure } = await run({ ...definition, command: [...definition.command, "{input.code}"] }, { code: 3 });
    expect(failure.message).toBe("the process exited with code 3");
  });
});

test("without room for a directory the job may be tried again", async () => {
  const path = join(here, "executors.json");
  await writeFile(path, JSON.stringify({ executors: { k: sh("true", temporary) } }));
  const workDir = join(here, "not-there");
  const executor = createFileExecutor({ path, guardian, environment, workDir, onTrouble: () => undefined });
  await executor.start();
  const { failure } = await runWith(executor.execute, {}, { kind: "k" });
  expect(failure.message).toContain("no work directory: ");
  expect(failure.options.retryable).toBe(true);
});

describe("how an end is judged", () => {
  const rules = {
    retryableExitCodes: [75],
    exitCodes: { success: [0, 2], fatal: [9], other: "retryable" },
    signals: { success: ["SIGTERM"], retryable: ["SIGKILL"] },
  };

  test.each([
    ["exit 0", "success"],
    ["exit 2", "success"],
    ["exit 75", true],
    ["exit 9", false],
    ["exit 1", true],
    ["kill -TERM $$", "success"],
    ["kill -KILL $$", true],
    ["kill -INT $$", false],
  ])("%s", async (script, expected) => {
    const { value, failure } = await run(sh(script, rules));
    expect(value === undefined ? failure.options.retryable : "success").toBe(expected);
  });

  test("a time limit of its own is a time-out", async () => {
    const { failure } = await run(sh("sleep 60", { timeout: 0.2, stopGrace: "50ms" }));
    expect(failure.message).toBe("timed out after 0.2 s");
    expect(failure.options.timedOut).toBe(true);
  });
});

describe("limits", () => {
  test("are set, and the program leads its group", async () => {
    const limits = { cpu: 60, memory: "512MiB", openFiles: 50, processes: 10_000, fileSize: "1MiB" };
    const script = "ulimit -t; ulimit -v; ulimit -n; ulimit -f; cut -d' ' -f5 /proc/$$/stat; echo $$";
    const { value } = await run(sh(script, { limits }));
    const [cpu, memory, files, size, group, id] = (value as { stdout: string }).stdout.trim().split("\n");
    expect([cpu, memory, files, size]).toEqual(["60", String(512 * 1024), "50", "2048"]);
    expect(group).toBe(id);
  });

  test("end the process, with words", async () => {
    const cpu = await run(sh("while :; do :; done", { limits: { cpu: 1 } }));
    expect(cpu.failure.message).toBe("the process was ended by SIGXCPU: its limit of CPU time is used up");
    const size = await run({
      command: ["dd", "if=/dev/zero", "of=big", "bs=4096", "count=9"],
      ...temporary,
      limits: { fileSize: 4096 },
    });
    expect(size.failure.message).toContain("SIGXFSZ: its limit of file size");
    const memory = await run({ command: [process.execPath, "-e", ""], limits: { memory: "64MiB" } });
    expect(memory.failure).toBeInstanceOf(JobFailure);
  });

  test("a program that is not there is told as without them", async () => {
    const { failure } = await run({ command: ["no-such-program"], limits: { openFiles: 50 } });
    expect(failure.message).toBe("program no-such-program: not found");
  });
});

describe("secrets", () => {
  test("are blackened in the output, the result and a result file, in every form", async () => {
    await writeFile(join(here, "key.txt"), "file-secret\n");
    const secrets = { env: ["API_TOKEN"], files: ["key.txt"] };
    const env = { API_TOKEN: { inherit: true } };
    const script = `printf 'x%s' "$API_TOKEN"; printf ' tok-12'; sleep 0.1; printf '345/67 '; printf "$API_TOKEN" | base64
      printf 'tok-12345%%2F67 file-secret' >&2; printf '{"t":"%s"}' "$API_TOKEN" > r.json`;
    const { value, written } = await run(sh(script, { env, secrets, ...temporary, result: { file: "r.json" } }));
    expect(value).toEqual({ t: "[masked]" });
    expect(written("stdout").toString()).toBe("x[masked] [masked] [masked]\n");
    expect(written("stderr").toString()).toBe("[masked] [masked]");
    const { value: result } = await run(sh('echo "$API_TOKEN"', { env, secrets }));
    expect(result).toMatchObject({ stdout: "[masked]\n" });
  });

  test("a file that has gone holds the job back, since nothing could be blackened", async () => {
    const path = join(here, "gone.txt");
    await writeFile(path, "something-secret");
    const executor = await open({ k: sh("true", { secrets: { files: [path] } }) });
    await executor.start();
    await rm(path);
    const { failure } = await runWith(executor.execute, {}, { kind: "k" });
    expect(failure.message).toContain("gone.txt cannot be read");
    expect(failure.options.retryable).toBe(true);
  });
});

describe("the result", () => {
  test.each([
    ["the last line", sh(`echo '{"a":1}'; echo '{"b":2}'; echo`, { result: "last-line" }), { b: 2 }],
    ["a JSON file", sh("mkdir o; echo [1] > o/r.json", { ...temporary, result: { file: "o/r.json" } }), [1]],
    ["another file", sh("printf abc > r", { ...temporary, result: { file: "r" } }), Buffer.from("abc")],
  ])("is %s", async (_, definition, expected) => {
    const { value, facts } = await run(definition);
    expect(value).toEqual(expected);
    expect((facts as JobSuccess).facts.metrics).toHaveProperty("cpu_user_seconds");
  });

  test.each([
    ["no JSON", sh("echo no", { result: "last-line" }), "the last line of stdout is not JSON"],
    ["nothing", sh("echo", { result: "last-line" }), "nothing was written"],
    ["no file", sh("true", { ...temporary, result: { file: "r" } }), "the file r is not there"],
    ["a directory", sh("mkdir r", { ...temporary, result: { file: "r" } }), "r is no file"],
    ["a file elsewhere", sh("ln -s /etc/hostname r", { ...temporary, result: { file: "r" } }), "leads out"],
    ["too much", sh("head -c 1048577 /dev/zero > r", { ...temporary, result: { file: "r" } }), "more than 1048576"],
  ])("%s is a failure with what is known of the process", async (_, definition, message) => {
    const { failure } = await run(definition);
    expect(failure.message).toContain(message);
    expect(failure.options.result).toMatchObject({ exitCode: 0 });
    expect(failure.options.metrics).toHaveProperty("cpu_user_seconds");
  });
});

describe("artifacts", () => {
  const making = (script: string, artifacts: object = {}) =>
    sh(script, { ...temporary, artifacts: { directory: "out", ...artifacts } });

  test("are the regular files below a directory; links are not followed", async () => {
    const script = `mkdir -p out/a/b; echo 1 > out/x.txt; echo 2 > out/a/b/y; echo 3 > elsewhere
      ln -s ../elsewhere out/link; ln -s /etc out/away; mkfifo out/pipe`;
    const { artifacts, value } = await run(making(script));
    expect([...artifacts]).toEqual([
      ["a/b/y", "2\n"],
      ["x.txt", "1\n"],
    ]);
    expect(value).toMatchObject({ exitCode: 0 });
  });

  test("of a failed process are there too; none need be", async () => {
    const { artifacts, failure } = await run(making("mkdir out; echo why > out/core; exit 4"));
    expect([...artifacts.keys()]).toEqual(["core"]);
    expect(failure.message).toBe("the process exited with code 4");
    expect((await run(making("true"))).value).toMatchObject({ exitCode: 0 });
  });

  test.each([
    ["too many", making("mkdir out; touch out/a out/b out/c", { maxFiles: 2 }), "out has more than 2 files"],
    ["too large", making("mkdir out; echo 12345 > out/a", { maxBytes: 5 }), "out has more than 5 bytes"],
    ["elsewhere", making("ln -s /etc out"), "out leads out of the work directory"],
  ])("that are %s fail the job, and none is uploaded", async (_, definition, message) => {
    const { artifacts, failure } = await run(definition);
    expect(failure.message).toContain(message);
    expect(artifacts.size).toBe(0);
  });

  test("that are refused fail a job that succeeded, but don't hide why one failed", async () => {
    const refuseArtifacts = new Error("no room");
    expect((await run(making("mkdir out; touch out/a"), {}, { refuseArtifacts })).failure.message).toBe("no room");
    const { failure, logged } = await run(making("mkdir out; touch out/a; exit 4"), {}, { refuseArtifacts });
    expect(failure.message).toBe("the process exited with code 4");
    expect(logged).toEqual(["no room"]);
  });
});

describe("modules", () => {
  test("give jobs to the handlers that they export; exact kinds come before globs", async () => {
    const source =
      "export default ({ input }) => ({ all: input.json() }); export const one = ({ lease }) => lease.kind;";
    await writeFile(join(here, "handlers.mjs"), source);
    const module = "./handlers.mjs";
    const executor = await open({ "m.*": { module }, "m.one": { module, export: "one" } });
    await executor.start();
    expect(executor.kinds).toEqual(["m.*", "m.one"]);
    expect((await runWith(executor.execute, { a: 1 }, { kind: "m.two" })).value).toEqual({ all: { a: 1 } });
    expect((await runWith(executor.execute, {}, { kind: "m.one" })).value).toBe("m.one");
    const { failure } = await runWith(executor.execute, {}, { kind: "other" });
    expect(failure.message).toBe("this runner has no executor for the kind other");
  });
});

describe("at the start", () => {
  test("everything that is missing is told at once, with what can't be read", async () => {
    await writeFile(join(here, "empty.mjs"), "export const a = 1, b = () => 1;");
    const executor = await open({
      a: { module: "./no.mjs" },
      b: { module: "./empty.mjs" },
      c: sh("true", { env: { NOT_THERE: { inherit: true } }, secrets: { env: ["NOT_THERE"], files: ["/no/such"] } }),
      d: sh("true", { limits: { openFiles: 1_000_000_000 } }),
      e: sh("true", { tiemout: 5 }),
    });
    const error = await executor.start().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    const { problems } = error as ConfigError;
    const told = ["e.tiemout", "a.module", "b.module", "c.env.NOT_THERE", "c.secrets", "d.limits"];
    expect(problems).toEqual(
      told.map((place) => expect.stringMatching(new RegExp(`^executors\\.json:1:\\d+: executors\\.${place}: `))),
    );
    expect(problems[2]).toContain("exports no function default; it has b");
    expect(problems[4]).toMatch(/NOT_THERE is not set; \/no\/such cannot be read/);
  });

  test("a file without one good executor is refused at once", async () => {
    await expect(open({ a: { command: [] } })).rejects.toThrow("executors.a.command");
  });
});
