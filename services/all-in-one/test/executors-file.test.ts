import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { jsonPayload, payloadJson } from "@switchyard/client";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { startProcess, temporaryDirectory } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestSystem, type TestSystem } from "./test-system.js";

const namespace = "default";
let system: TestSystem;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" });
  directory = await temporaryDirectory();
});
afterAll(async () => {
  await system?.stop();
  await directory?.remove();
});

const file = `
executors:
  "report.*":
    command: [/bin/sh, "{here}/report.sh", "{input.title}", "{input.pages...}"]
    workDir: { temporary: true }
    env: { API_TOKEN: { inherit: true } }
    secrets: { env: [API_TOKEN] }
    limits: { cpu: 60, openFiles: 64 }
    exitCodes: { success: [0], retryable: [75] }
    result: last-line
    artifacts: { directory: out }
  greet: { module: ./handlers.mjs, export: greet }
`;
const script = `echo "token $API_TOKEN"; mkdir -p out/pages
for page in "$@"; do echo "$page" > "out/pages/$page.txt"; done
if [ "$SWITCHYARD_ATTEMPT" = 1 ]; then exit 75; fi
printf '{"title":"%s","files":%d}' "$1" "$#"`;

async function startRunner(text: string) {
  const path = join(directory.path, "executors.yaml");
  await writeFile(path, text);
  const env = { RUNNER_PROFILE: "file", RUNNER_EXECUTORS_PATH: path, RUNNER_WORK_DIR: directory.path };
  return startProcess("services/runner/src/main.ts", { ...system.serviceEnv, ...env, API_TOKEN: "tok-12345" });
}

it("a runner does jobs by its file: programs with their files, metrics and masked output, and handlers of modules", async () => {
  await writeFile(join(directory.path, "report.sh"), script);
  await writeFile(
    join(directory.path, "handlers.mjs"),
    "export const greet = ({ input }) => ({ hello: input.json().name });",
  );
  const runner = await startRunner(file);
  const client = system.openClient();
  try {
    await runner.line(/"msg":"registered"/);
    const report = await client.submit(namespace, {
      kind: "report.weekly",
      input: jsonPayload({ title: "a; b", pages: ["one", "two"] }),
    });
    const greeting = await client.submit(namespace, { kind: "greet", input: jsonPayload({ name: "you" }) });
    for (const { jobId } of [report, greeting]) {
      const job = await client.waitForJob(namespace, jobId, { signal: AbortSignal.timeout(60_000) });
      expect(job.state).toBe(JobState.SUCCEEDED);
    }
    const read = (jobId: string) =>
      client.jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view: JobView.FULL });
    const [first, second] = (await read(report.jobId)).job?.attempts.map(({ outcome }) => outcome) ?? [];
    expect(first).toMatchObject({ message: "the process exited with code 75", retryable: true });
    expect(payloadJson(second?.result)).toEqual({ title: "a; b", files: 3 });
    for (const outcome of [first, second])
      expect(Object.keys(outcome?.metrics ?? {})).toEqual(
        expect.arrayContaining(["cpu_user_seconds", "cpu_system_seconds"]),
      );
    const { records } = await client.logs.readLog({
      stream: { namespace, jobId: report.jobId, attempt: 2, stream: "stdout" },
    });
    expect(records[0]?.entry?.message).toBe("token [masked]");
    const { artifacts } = await client.artifacts.listArtifacts({ namespace, jobId: report.jobId });
    expect(
      artifacts
        .filter(({ attempt }) => attempt === 2)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["pages/a; b.txt", "pages/one.txt", "pages/two.txt"].sort());
    const greeted = (await read(greeting.jobId)).job?.attempts[0]?.outcome?.result;
    expect(payloadJson(greeted)).toEqual({ hello: "you" });
  } finally {
    client.close();
    expect(await runner.end(), runner.output()).toBe(0);
  }
}, 90_000);

it("a runner whose file is wrong ends at once and names the lines", async () => {
  const runner = await startRunner('executors:\n  a: { command: [x], tiemout: 5 }\n  b: { module: "./no.mjs" }\n');
  const [code] = runner.child.exitCode === null ? await once(runner.child, "exit") : [runner.child.exitCode];
  expect(code).toBe(1);
  expect(runner.output()).toContain("executors.yaml:2:22: executors.a.tiemout: is not known here");
  expect(runner.output()).toContain("executors.yaml:3:8: executors.b.module: ");
}, 60_000);
