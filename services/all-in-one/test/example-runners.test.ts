import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSwitchyardClient, jsonPayload, payloadJson, type SwitchyardClient } from "@switchyard/client";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { eventually, startProcess, temporaryDirectory } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startSystemProcess } from "./processes.js";
import { hasGrpcPython, makePythonStubs, python, pythonEnvironment } from "./python-stubs.js";

// The runners of the documentation, as they stand there, against what `npm start` starts.

const namespace = "default";
const examples = join(import.meta.dirname, "../../runner/examples");

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let system: Awaited<ReturnType<typeof startSystemProcess>>;
let client: SwitchyardClient;

beforeAll(async () => {
  directory = await temporaryDirectory();
  system = await startSystemProcess({ SWITCHYARD_DATA_DIR: directory.path, MANAGED_RUNNERS: "0" });
  client = createSwitchyardClient({ address: system.grpc });
});
afterAll(async () => {
  client.close();
  await system.end();
  await directory.remove();
});

it.each(["word-counter.ts", "word_counter.py"])("%s stands in the documentation, in thirty lines", (file) => {
  const program = readFileSync(join(examples, file), "utf8");
  expect(program.trimEnd().split("\n").length).toBeLessThanOrEqual(30);
  expect(readFileSync(join(examples, "../README.md"), "utf8")).toContain(program);
});

async function count(text: string) {
  const { jobId } = await client.submit(namespace, { kind: "text.count", input: jsonPayload({ text }) });
  const job = await client.waitForJob(namespace, jobId, { signal: AbortSignal.timeout(30_000) });
  expect(job.state).toBe(JobState.SUCCEEDED);
  const { records } = await client.logs.readLog({ stream: { namespace, jobId, attempt: 1, stream: "log" } });
  return {
    jobId,
    result: payloadJson(job.lastAttempt?.outcome?.result),
    log: records.map(({ entry }) => entry?.message),
  };
}

it("the one in TypeScript does its work", async () => {
  const runner = await startProcess("services/runner/examples/word-counter.ts", { SWITCHYARD_ADDRESS: system.grpc });
  await runner.line(/ready/);
  const { jobId, ...counted } = await count("to be or not to be");
  expect(counted).toEqual({ result: { different: 4 }, log: ["4 different words"] });
  await eventually(async () => {
    const { artifacts } = await client.artifacts.listArtifacts({ namespace, jobId });
    expect(artifacts.map(({ name }) => name)).toEqual(["counts.json"]);
  });
  expect(await runner.end()).toBe(0);
});

it.skipIf(!hasGrpcPython())("the one in Python does its work", async () => {
  makePythonStubs(directory.path);
  const runner = spawn(python, [join(examples, "word_counter.py"), system.grpc], {
    env: pythonEnvironment(directory.path),
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const { jobId: _, ...counted } = await count("to be or not to be");
    expect(counted).toEqual({ result: { different: 4 }, log: ["4 different words"] });
  } finally {
    runner.kill("SIGKILL");
  }
});
