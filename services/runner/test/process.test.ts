import { createHash } from "node:crypto";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JobFailure, type JobSuccess } from "@switchyard/client";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createGuardian, createProcessExecutor, type ProcessResult } from "../src/index.js";
import { liveProcesses } from "../src/process/process-group.js";
import { createJobContextDouble } from "./job-context-double.js";

const guardian = createGuardian();
let directory: string;
const doubles: ReturnType<typeof createJobContextDouble>[] = [];

beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "switchyard-runner-")));
});

afterEach(async () => {
  // Nothing that a job started may be left, whatever the case was about.
  for (const { group } of doubles.splice(0)) expect(await liveProcesses({ id: 2, ...group })).toEqual([]);
});

afterAll(async () => {
  guardian.stop();
  await rm(directory, { recursive: true });
});

function setup(input: object, options: { graceMs?: number } = {}) {
  const double = createJobContextDouble(input, options);
  doubles.push(double);
  const execute = createProcessExecutor({ guardian, workDir: directory });
  const success = Promise.resolve().then(() => execute(double.context)) as Promise<JobSuccess>;
  const result = success.then((returned) => returned.result as ProcessResult);
  result.catch(() => undefined);
  const failure = async () => {
    const error = await result.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(JobFailure);
    return error as JobFailure;
  };
  return { ...double, success, result, failure };
}

const shell = (command: string, more: object = {}) => ({ command, shell: true, ...more });
const node = (script: string, more: object = {}) => ({ command: [process.execPath, "-e", script], ...more });

describe("an ordinary end", () => {
  test("exit code 0 is a success with the output in the result and in the streams", async () => {
    const { result, written } = setup({ command: ["/bin/sh", "-c", "echo out; echo err >&2"] });
    expect(await result).toMatchObject({
      exitCode: 0,
      signal: null,
      stdout: "out\n",
      stderr: "err\n",
      truncated: false,
    });
    expect(written("stdout").toString()).toBe("out\n");
    expect(written("stderr").toString()).toBe("err\n");
  });

  test("a text is a program, never a command line", async () => {
    const { failure } = setup({ command: "echo hello" });
    expect((await failure()).message).toBe("program echo hello: not found");
    const { result } = setup({ command: "echo", args: ["a b", "$HOME"] });
    expect((await result).stdout).toBe("a b $HOME\n");
  });

  test("with a shell it is, and args are its parameters", async () => {
    const { result } = setup(shell('echo "$1-$2" | tr a-z A-Z', { args: ["x y", "z"] }));
    expect((await result).stdout).toBe("X Y-Z\n");
  });

  test.each([
    [3, false],
    [75, true],
  ])("exit code %i is a failure that carries the result", async (code, retryable) => {
    const { failure } = setup(shell(`echo before; exit ${code}`, { retryableExitCodes: [75] }));
    const { message, options } = await failure();
    expect(message).toBe(`the process exited with code ${code}`);
    expect(options.retryable).toBe(retryable);
    expect(options.result).toMatchObject({ exitCode: code, stdout: "before\n" });
  });

  test("a signal is named", async () => {
    const { failure } = setup(shell("kill -KILL $$"));
    const { message, options } = await failure();
    expect(message).toBe("the process was ended by SIGKILL");
    expect(options.result).toMatchObject({ exitCode: null, signal: "SIGKILL" });
  });

  test("the input is given and ended; without one it is empty; an unread one is no failure", async () => {
    expect((await setup({ command: "cat", stdin: "grüße\n" }).result).stdout).toBe("grüße\n");
    expect((await setup({ command: "cat" }).result).stdout).toBe("");
    expect((await setup({ command: "true", stdin: "x".repeat(1_000_000) }).result).exitCode).toBe(0);
  });

  test("only named variables of the runner reach the process, and the attempt's names can't be changed", async () => {
    vi.stubEnv("RUNNER_TOKEN", "secret");
    const { result, context } = setup({ command: "env", env: { MINE: "1", SWITCHYARD_JOB_ID: "forged" } });
    const lines = (await result).stdout.trim().split("\n");
    vi.unstubAllEnvs();
    const names = lines.map((line) => line.slice(0, line.indexOf("=")));
    const allowed = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "MINE"];
    const marks = ["SWITCHYARD_JOB_ID", "SWITCHYARD_ATTEMPT", "SWITCHYARD_NAMESPACE"];
    expect(names.filter((name) => ![...allowed, ...marks, "PWD", "SHLVL", "_"].includes(name))).toEqual([]);
    expect(lines).toContain("MINE=1");
    expect(lines).toContain(`SWITCHYARD_JOB_ID=${context.lease.jobId}`);
  });

  test("the directory is the configured one or the job's", async () => {
    expect((await setup({ command: "pwd" }).result).stdout).toBe(`${directory}\n`);
    expect((await setup({ command: "pwd", cwd: "/" }).result).stdout).toBe("/\n");
  });
});

describe("what can't be started", () => {
  test.each([
    ["a missing program", { command: "no-such-program" }, "program no-such-program: not found"],
    ["a missing directory", { command: "true", cwd: "/no/such" }, "working directory /no/such: not found"],
    ["a file as directory", { command: "true", cwd: "/etc/passwd" }, "working directory /etc/passwd: not a directory"],
    ["a directory as program", { command: "/tmp" }, "program /tmp: permission denied"],
    ["too long arguments", { command: "true", args: ["x".repeat(3_000_000)] }, "too long"],
  ])("%s says what it is", async (_, input, message) => {
    const { options, message: said } = await setup(input).failure();
    expect(said).toContain(message);
    expect(options.retryable).toBe(false);
  });

  test("a file without the right to execute", async () => {
    const file = join(directory, "plain.sh");
    await writeFile(file, "#!/bin/sh\n", { mode: 0o644 });
    expect((await setup({ command: file }).failure()).message).toContain("permission denied");
  });

  test.each([
    ["no command", {}, "command"],
    ["an empty list", { command: [] }, "command"],
    ["NUL", { command: "a\0b" }, "NUL"],
    ["a variable that is none", { command: "true", env: { "a=b": "c" } }, "env"],
    ["no limit", { command: "true", timeout: 0 }, "timeout"],
  ])("an input with %s is refused with the field's name", async (_, input, word) => {
    const { message } = await setup(input).failure();
    expect(message).toMatch(/^the input does not fit: /);
    expect(message).toContain(word);
  });
});

describe("output", () => {
  test("10 MB arrive byte for byte, and the result has the last 64 KiB", async () => {
    const line = `${"0123456789äöü€🚂".repeat(4)}\n`;
    const count = Math.ceil(10_000_000 / Buffer.byteLength(line));
    const script = `let n = ${count}; const line = ${JSON.stringify(line)};
      const go = () => { while (n-- > 0) if (!process.stdout.write(line)) return process.stdout.once("drain", go); }; go();`;
    const { result, written } = setup(node(script));
    const end = await result;
    const digest = (data: Buffer) => createHash("sha256").update(data).digest("hex");
    expect(digest(written("stdout"))).toBe(digest(Buffer.from(line.repeat(count))));
    expect(end.truncated).toBe(true);
    expect(Buffer.byteLength(end.stdout)).toBeLessThanOrEqual(64 * 1024);
    expect(line.repeat(2_000).endsWith(end.stdout)).toBe(true);
    expect(end.stdout).not.toContain("\uFFFD");
  });

  test("a line arrives while the process goes on", async () => {
    const { result, written, abort } = setup(shell("echo live; sleep 60"));
    await vi.waitUntil(() => written("stdout").length > 0, { timeout: 20_000, interval: 5 });
    expect(written("stdout").toString()).toBe("live\n");
    abort();
    await expect(result).rejects.toThrow("stopped");
  });

  test("a slow sink holds the process back instead of filling the memory, and a stop gets through", async () => {
    const { failure, room, written, abort } = setup({ command: "yes" });
    let open = () => {};
    const blocked = new Promise<void>((resolve) => {
      open = resolve;
    });
    room.wait = () => blocked;
    await vi.waitUntil(() => written("stdout").length > 0, { timeout: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(written("stdout").length).toBeLessThan(100_000);
    const { group } = doubles.at(-1) ?? { group: { jobId: "", attempt: 0 } };
    abort();
    await vi.waitUntil(async () => (await liveProcesses({ id: 2, ...group })).length === 0, { timeout: 20_000 });
    open();
    expect((await failure()).message).toBe("stopped");
  });
});

describe("stopping", () => {
  const stubborn = `trap "" TERM; while :; do sleep 0.05; done`;
  /** A tree of depth 3 in which nobody heeds SIGTERM. */
  const tree = `trap "" TERM
    sh -c 'trap "" TERM; sh -c "trap \\"\\" TERM; echo ready; while :; do sleep 0.05; done" & wait; while :; do sleep 0.05; done' &
    wait; while :; do sleep 0.05; done`;

  test("a timeout kills the whole tree, although nobody in it heeds SIGTERM", async () => {
    const { failure, written } = setup(shell(tree, { timeout: 0.6 }), { graceMs: 200 });
    const { message, options } = await failure();
    expect(message).toBe("timed out after 0.6 s");
    expect(options.timedOut).toBe(true);
    expect(options.result).toMatchObject({ exitCode: null, signal: "SIGKILL" });
    expect(written("stdout").toString()).toBe("ready\n");
  });

  test("an abort kills the whole tree before it is reported", async () => {
    const { failure, written, abort } = setup(shell(tree), { graceMs: 100 });
    await vi.waitUntil(() => written("stdout").length > 0, { timeout: 20_000 });
    abort();
    expect((await failure()).message).toBe("stopped");
  });

  test("a process that heeds SIGTERM can say good-bye", async () => {
    const { failure, written, abort } = setup(
      shell(`trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.02; done`),
      { graceMs: 10_000 },
    );
    await vi.waitUntil(() => written("stdout").length > 0, { timeout: 20_000 });
    abort();
    const { options } = await failure();
    expect(options.result).toMatchObject({ exitCode: 0, stdout: "ready\nbye\n" });
  });

  test("a stopped process gets its SIGTERM", async () => {
    const { failure, written, abort } = setup(shell(`trap 'exit 5' TERM; echo ready; kill -STOP $$; sleep 60`), {
      graceMs: 10_000,
    });
    await vi.waitUntil(() => written("stdout").length > 0, { timeout: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    abort();
    expect((await failure()).options.result).toMatchObject({ exitCode: 5 });
  });

  test("what the leader leaves behind is ended with it", async () => {
    const { result } = setup(shell(`(${stubborn}) & echo started`), { graceMs: 50 });
    expect(await result).toMatchObject({ exitCode: 0, stdout: "started\n" });
  });

  test.runIf(process.platform === "linux")("what left the group and the session is found and ended", async () => {
    const script = `setsid sh -c '${stubborn}' </dev/null >/dev/null 2>&1 & sleep 0.2; echo started`;
    const { result } = setup(shell(script), { graceMs: 50 });
    expect(await result).toMatchObject({ exitCode: 0, stdout: "started\n" });
  });

  test("an attempt that was stopped before it began starts nothing", async () => {
    const double = createJobContextDouble({ command: ["touch", join(directory, "never")] });
    double.abort(new Error("too late"));
    const execute = createProcessExecutor({ guardian, workDir: directory });
    await expect(Promise.resolve(execute(double.context))).rejects.toThrow("too late");
    expect((await setup({ command: "ls" }).result).stdout).not.toContain("never");
  });
});

describe.runIf(process.platform === "linux")("what it used", () => {
  /** Counts, then tells by `times` what the shell and its children have used. */
  const counting = (rounds: number) => `i=0; while [ $i -lt ${rounds} ]; do i=$((i+1)); done`;
  const timesOf = (output: string) => {
    const seconds = [...output.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => Number(m) * 60 + Number(s));
    return seconds.reduce((all, one) => all + one, 0);
  };

  test.each([
    ["the leader", `${counting(150_000)}; times`],
    ["a child that was waited for", `sh -c '${counting(150_000)}'; times`],
    ["children side by side", `sh -c '${counting(75_000)}' & sh -c '${counting(75_000)}' & wait; times`],
  ])("CPU time of %s is what times says", async (_, script) => {
    const { result, success } = setup(shell(script));
    const { usage, stdout } = await result;
    const used = (usage?.cpuUserSeconds ?? 0) + (usage?.cpuSystemSeconds ?? 0);
    const said = timesOf(stdout);
    expect(Math.abs(used - said)).toBeLessThan(0.15 * said + 0.05);
    expect((await success).facts.metrics).toEqual({
      cpu_user_seconds: usage?.cpuUserSeconds,
      cpu_system_seconds: usage?.cpuSystemSeconds,
      max_rss_bytes: usage?.maxRssBytes,
    });
  });

  test("a failure tells it too", async () => {
    const { options } = await setup(shell(`${counting(60_000)}; exit 3`)).failure();
    expect(options.metrics?.["cpu_user_seconds"]).toBeGreaterThan(0);
    expect(options.result).toHaveProperty("usage");
  });
});
