import { createHash, randomBytes } from "node:crypto";
import { eventually } from "@switchyard/testkit";
import { expect } from "vitest";
import { janitorCalls } from "./janitor-calls.js";
import { type ScriptedWorker, startScriptedWorker } from "./janitor-worker.js";

/** What a piece of work is like. */
export interface Work {
  /** Bytes of each of its two files. */
  readonly largeBytes: number;
  /** What happens while the worker works; it goes on when that has ended. */
  while(worker: ScriptedWorker): Promise<void>;
}

/** What came of it: the run, its two files with their digests, and the names of its three logs. */
export interface WorkDone {
  readonly run: string;
  readonly files: ReadonlyMap<string, string>;
  readonly logs: readonly string[];
}

const logs = { "worker.log": "", "codemod.log": "two\n", "build.log.1": "built\n" };

/** Works until the worker was asked so many times whether it still does. */
export async function askedTimes(worker: ScriptedWorker, times: number): Promise<void> {
  const before = worker.pings;
  await eventually(() => expect(worker.pings).toBeGreaterThanOrEqual(before + times), { timeoutMs: 60_000 });
}

/** Does what the old system's worker does, call for call: it has an account of its name, with the password `secret`, and works on the codebase of its name. */
export async function workOnce(root: string, name: string, work: Work): Promise<WorkDone> {
  const login = { authorization: `Basic ${Buffer.from(`${name}:secret`).toString("base64")}` };
  const { call } = janitorCalls(() => `${root}/runner`);
  const worker = await startScriptedWorker();
  try {
    const backchannel = { kind: "http", url: worker.url };
    const ask = { node: name, archs: ["amd64"], codebase: name, backchannel };
    const assigned = await call("POST", "/active-runs", ask, login);
    expect(assigned.status).toBe(201);
    const { id: run } = assigned.body as { id: string };
    worker.run = run;
    await work.while(worker);
    const contents = new Map(
      ["result_1.orig.tar.xz", "result_1.dsc"].map((file) => [file, randomBytes(work.largeBytes)]),
    );
    const form = new FormData();
    const result = JSON.stringify({ revision: "git-v1:aa", value: 3 });
    form.set("metadata", new Blob([result], { type: "application/json" }), "result.json");
    for (const [file, text] of Object.entries(logs)) form.append("file", new Blob([text]), file);
    for (const [file, bytes] of contents) form.append("file", new Blob([bytes]), file);
    const answer = await call("POST", `/active-runs/${run}/finish`, form, login);
    expect(answer).toMatchObject({
      status: 201,
      body: { logs: Object.keys(logs), artifacts: [...contents.keys()], result: { code: "success" } },
    });
    const sum = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
    const files = new Map([...contents].map(([file, bytes]) => [file, sum(bytes)]));
    return { run, files, logs: Object.keys(logs) };
  } finally {
    await worker.close();
  }
}
