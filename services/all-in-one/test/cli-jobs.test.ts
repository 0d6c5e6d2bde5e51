import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CuttableWay, startCuttableWay } from "./cli-cuts.js";
import { cliFor, shellInput } from "./cli-run.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

let system: TestSystem;
let way: CuttableWay;
let cli: ReturnType<typeof cliFor>;

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "3", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" });
  way = await startCuttableWay(system.cliEnv);
  cli = cliFor(system.cliEnv);
});
afterAll(async () => {
  await way?.close();
  await system?.stop();
});

const follow = (script: string, ...options: readonly string[]) =>
  cli.run("jobs", "submit", "shell.run", "--input", shellInput(script), "--follow", ...options);

describe("a log that is downloaded", () => {
  it("is what the job wrote, a line feed behind each line, of the stream and attempt that are asked for", async () => {
    const script = "printf 'no end'; printf 'a\\nb\\n\\n' >&2; exit 3";
    const jobId = (
      await cli.done("jobs", "submit", "shell.run", "--input", shellInput(script), "--max-attempts", "2")
    ).trim();
    expect((await cli.run("jobs", "logs", jobId, "--follow")).code).toBe(0);
    expect(await cli.done("logs", "download", jobId)).toBe("no end\n");
    expect(await cli.done("logs", "download", jobId, "--attempt", "1", "--stream", "stderr")).toBe("a\nb\n\n");
    expect(await cli.run("logs", "download", jobId, "--stream", "other")).toMatchObject({ code: 3, out: "" });
  });
});

describe("a job that is followed", () => {
  it("has its log on the standard output, and nothing else", async () => {
    const { code, out, err } = await follow("echo one; sleep 0.1; echo two >&2");
    expect({ code, out }).toEqual({ code: 0, out: "one\ntwo\n" });
    expect(err).toMatch(/^job (\S+) submitted\njob \1 succeeded after \S+\n$/);
  });

  it("fails the command with itself", async () => {
    const { code, err } = await follow("exit 3", "--max-attempts", "1");
    expect(code).toBe(1);
    expect(err).toContain("failed after");
  });

  it("times the command out with itself", async () => {
    expect(await follow("sleep 60", "--execution-timeout", "300ms", "-q")).toEqual({ code: 124, out: "", err: "" });
  });

  it("is JSON to those who read JSON: its log, then itself", async () => {
    const { code, out } = await follow("echo hello", "-o", "json");
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, Record<string, unknown>>);
    expect(code).toBe(0);
    expect(lines.map((line) => Object.keys(line))).toEqual([["record"], ["job"]]);
    expect(lines[0]?.["record"]).toMatchObject({
      attempt: 1,
      stream: "stdout",
      entry: { sequence: "0", message: "hello" },
    });
    expect(lines[1]?.["job"]).toMatchObject({ state: "JOB_STATE_SUCCEEDED", attemptCount: 1 });
  });

  it("goes on after Ctrl-C, and ends the command with 130 when it is cancelled", async () => {
    const following = cli.start(["jobs", "submit", "shell.run", "--input", shellInput("echo up; sleep 60"), "-f"]);
    await following.says("up");
    following.interrupt();
    expect(await following.ended).toBe(130);
    const [, id = ""] = /stopped following; job (\S+) goes on/.exec(following.err()) ?? [];
    expect(await cli.done("jobs", "get", id)).toMatch(/^state +running$/m);

    const waiting = cli.start(["jobs", "logs", id, "--follow"]);
    await waiting.says("up");
    expect(await cli.done("jobs", "cancel", id, "--immediate", "-m", "enough")).toMatch(
      new RegExp(`${id} +ok +running +cancelled`),
    );
    expect(await waiting.ended).toBe(0);
    expect(await cli.done("jobs", "get", id)).toMatch(/^message +enough$/m);
  });
});

describe("a job that is waited for", () => {
  it("ends the command as it ends, with its result", async () => {
    const waiting = cli.start(
      ["jobs", "submit", "shell.run", "--input-file", "-", "--wait", "-o", "json"],
      shellInput("echo out"),
    );
    expect(await waiting.ended).toBe(0);
    const job = JSON.parse(waiting.out()) as { lastAttempt: { outcome: { result: { data: string } } } };
    const result = Buffer.from(job.lastAttempt.outcome.result.data, "base64").toString();
    expect(JSON.parse(result)).toMatchObject({ exitCode: 0, stdout: "out\n" });
  });

  it("that somebody cancels ends the command with 130", async () => {
    const waiting = cli.start([
      "jobs",
      "submit",
      "shell.run",
      "--input",
      shellInput("sleep 60"),
      "--queue",
      "waited",
      "-w",
      "-q",
    ]);
    await eventually(async () =>
      expect(await cli.lines("jobs", "list", "--queue", "waited", "--state", "running")).toHaveLength(1),
    );
    const [job] = await cli.lines("jobs", "list", "--queue", "waited");
    await cli.done("jobs", "cancel", String(job?.["id"]), "--immediate");
    expect(await waiting.ended).toBe(130);
  });
});

describe("a key", () => {
  it("stands for one job, and for no other", async () => {
    const first = await cli.submit("true", "--key", "k1");
    expect(await cli.submit("true", "--key", "k1")).toBe(first);
    const other = await cli.run("jobs", "submit", "shell.run", "--input", shellInput("false"), "--key", "k1");
    expect(other.code).toBe(3);
    expect(other.err).toMatch(/^error: REQUEST_ID_REUSED: .*\n {2}.*\n {2}request id: cli-\S+\n$/);
  });
});

describe("jobs that are listed", () => {
  it("are chosen by state, label and subject, page by page", async () => {
    const ids = [];
    for (const n of ["1", "2", "3"])
      ids.push(await cli.submit("true", "--queue", "listed", "--subject", n, "--label", `n=${n}`));
    await eventually(async () =>
      expect(await cli.lines("jobs", "list", "--queue", "listed", "--state", "succeeded")).toHaveLength(3),
    );
    const list = (...options: readonly string[]) => cli.lines("jobs", "list", "--queue", "listed", ...options);
    expect((await list()).map(({ id }) => id)).toEqual([...ids].reverse());
    expect((await list("--order", "oldest", "--limit", "2")).map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect((await list("--label", "n=2")).map(({ id }) => id)).toEqual([ids[1]]);
    expect((await list("--subject", "3", "--kind", "shell.run,x")).map(({ id }) => id)).toEqual([ids[2]]);
    expect(await list("--state", "failed,cancelled")).toEqual([]);
    expect((await cli.run("jobs", "list", "--queue", "listed", "--limit", "2")).err).toContain("--limit 0 lists all");
  });

  it("are found by short id and by number too", async () => {
    const id = await cli.submit("true", "-q");
    const job = JSON.parse(await cli.done("jobs", "get", id, "-o", "json")) as { shortId: string; serial: string };
    for (const name of [job.shortId, `#${job.serial}`])
      expect(await cli.done("jobs", "get", name)).toMatch(new RegExp(`^id +${id}$`, "m"));
    expect(await cli.run("jobs", "get", "#999999")).toMatchObject({
      code: 3,
      err: expect.stringContaining("JOB_NOT_FOUND"),
    });
  });
});

describe("a log", () => {
  it("has its last entries, one stream, times and places", async () => {
    const { err } = await follow("for n in 1 2 3 4; do echo $n; done; echo e >&2");
    const id = /job (\S+)/.exec(err)?.[1] as string;
    expect(await cli.done("jobs", "logs", id, "--stream", "stdout", "--tail", "2")).toBe("3\n4\n");
    expect(await cli.done("jobs", "logs", id, "--stream", "stderr")).toBe("e\n");
    expect(await cli.done("jobs", "logs", id, "--stream", "stdout", "--regex", "^[34]$")).toBe("3\n4\n");
    expect(await cli.done("jobs", "logs", id, "--stream", "stdout", "--grep", "4", "-C", "1")).toBe("3\n4\n");
    expect(await cli.run("jobs", "logs", id, "--grep", "4", "--follow")).toMatchObject({ code: 2 });
    expect(await cli.done("jobs", "logs", id, "--tail", "2", "--stream", "stdout", "--follow")).toBe("3\n4\n");
    expect(await cli.done("jobs", "logs", id, "--stream", "stdout", "--tail", "1", "--prefix", "--timestamps")).toMatch(
      /^\S+Z 1\/stdout 4\n$/,
    );
    expect(await cli.lines("jobs", "logs", id, "--attempt", "1")).toHaveLength(5);
  });

  it("is followed over broken connections: nothing twice, nothing left out", async () => {
    const id = await cli.submit('for n in 1 2 3 4 5 6; do echo "line $n"; sleep 0.1; done');
    const behind = cliFor(way.env).start(["jobs", "logs", id, "-f", "--prefix"]);
    await behind.says("1/stdout line 2");
    way.cut();
    await behind.says("1/stdout line 4");
    way.cut();
    expect(await behind.ended).toBe(0);
    expect(behind.out()).toBe([1, 2, 3, 4, 5, 6].map((n) => `1/stdout line ${n}\n`).join(""));
  });

  it("is followed from its last entries on, in all streams", async () => {
    const id = await cli.submit("for n in 1 2 3 4; do echo $n; done; echo e >&2; sleep 1; echo 5; echo f >&2");
    const seen = async () => (await cli.done("jobs", "logs", id)).split("\n").length;
    await eventually(async () => expect(await seen()).toBe(6));
    const out = await cli.done("jobs", "logs", id, "--follow", "--tail", "1");
    // The last one is of either stream; both go on.
    expect(out.split("\n").filter((line) => line === "5" || line === "f")).toHaveLength(2);
    for (const old of ["1\n", "2\n", "3\n"]) expect(out).not.toContain(old);
  });
});

describe("events", () => {
  it("are watched over broken connections, each once", async () => {
    const watching = cliFor(way.env).start(["jobs", "watch", "--queue", "watched", "-o", "json", "--from", "0"]);
    await cli.submit("true", "--queue", "watched");
    await watching.says("JOB_EVENT_TYPE_ENDED");
    way.cut();
    const id = await cli.submit("true", "--queue", "watched");
    await watching.says(`"JOB_EVENT_TYPE_ENDED","jobId":"${id}"`);
    watching.interrupt();
    expect(await watching.ended).toBe(130);
    const events = watching
      .out()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { sequence: string; type: string });
    const numbers = events.map(({ sequence }) => Number(sequence));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(events.filter(({ type }) => type === "JOB_EVENT_TYPE_SUBMITTED")).toHaveLength(2);
  });

  it("of named jobs end with them", async () => {
    const id = await cli.submit("exit 1", "--max-attempts", "1");
    expect(await cli.done("jobs", "watch", id, "--from", "0")).toMatch(
      / submitted [\s\S]* ended \S+ failed \(reported\) /,
    );
    expect(await cli.done("jobs", "retry", id)).toMatch(new RegExp(`${id} +ok +failed +(queued|running)`));
    await cli.done("jobs", "watch", id);
    expect(await cli.done("jobs", "watch", id, "--from", "0")).toContain(" reopened ");
  });

  it("that ended a job leave nothing to cancel", async () => {
    const id = await cli.submit("true");
    await cli.done("jobs", "watch", id);
    const cancel = await cli.run("jobs", "cancel", id);
    expect(cancel).toMatchObject({ code: 1, out: expect.stringContaining("WRONG_STATE") });
  });
});
