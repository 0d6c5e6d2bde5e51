import { durationFromMs } from "@bufbuild/protobuf/wkt";
import {
  createSwitchyardClient,
  type JobSpecInit,
  jsonPayload,
  payloadJson,
  type SwitchyardClient,
} from "@switchyard/client";
import { AttemptState } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { eventually, startProcess, type TestProcess } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FakeCluster, startFakeCluster } from "../../runner/test/kubernetes/fake-cluster.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

const namespace = "default";
const deletionCost = "controller.kubernetes.io/pod-deletion-cost";
let cluster: FakeCluster;
let system: TestSystem;
let client: SwitchyardClient;
let runner: TestProcess;

/** A runner that believes to be the container of a pod that is in the cluster. */
const startRunner = () =>
  startProcess("services/runner/src/main.ts", {
    ...{ RUNNER_GATEWAY_ADDRESS: system.addresses.grpc, RUNNER_SLOTS: "4", RUNNER_DRAIN: "100ms" },
    ...{ RUNNER_PROFILE: "kubernetes", KUBERNETES_IMAGES: "busybox:*", KUBERNETES_CONFIG_PATH: cluster.configPath },
    ...{ RUNNER_POD_NAME: "runner-0", RUNNER_POD_NAMESPACE: cluster.namespace },
  });

beforeAll(async () => {
  [cluster, system] = await Promise.all([
    startFakeCluster(),
    startTestSystem({ MANAGED_RUNNERS: "0", NUM_INTERNAL_WORKERS: "0" }),
  ]);
  const pod = { metadata: { name: "runner-0" }, spec: { containers: [] }, status: { phase: "Running" } };
  await cluster.order("create-pod", { object: pod });
  client = createSwitchyardClient({ address: system.addresses.grpc });
  runner = await startRunner();
  await runner.line(/registered/);
});
afterAll(async () => {
  client.close();
  await system.stop();
  await cluster.stop();
});

async function submit(line: string, more: Pick<JobSpecInit, "policies"> = {}): Promise<string> {
  const input = jsonPayload({ image: "busybox:1", command: ["/bin/sh", "-c", line] });
  const { jobId } = await client.submit(namespace, { kind: "kubernetes.run", input, ...more });
  return jobId;
}

const finished = (jobId: string) => client.waitForJob(namespace, jobId, { signal: AbortSignal.timeout(60_000) });

async function textsOf(jobId: string, stream: string, attempt = 1): Promise<(string | undefined)[]> {
  const { records } = await client.logs.readLog({ stream: { namespace, jobId, attempt, stream } });
  return records.map(({ entry }) => entry?.message);
}

const jobPods = async () => (await cluster.dump()).pods.filter(({ metadata }) => metadata.name !== "runner-0");

test("a job runs in a pod: output, result and what the cluster says come back", async () => {
  // Long enough to be seen running on a machine that does much else.
  const jobId = await submit('echo one; sleep 2; echo two; printf \'{"n":1}\' > "$TERMINATION_LOG"');
  const job = await finished(jobId);
  expect(job.state).toBe(JobState.SUCCEEDED);
  const full = await client.jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view: JobView.FULL });
  expect(payloadJson(full.job?.attempts[0]?.outcome?.result)).toMatchObject({
    exitCode: 0,
    output: { n: 1 },
    node: "node-1",
  });
  expect(await textsOf(jobId, "stdout")).toEqual(["one", "two"]);
  expect(await textsOf(jobId, "kubernetes")).toEqual(["running on node-1"]);
});

test("a cancel is confirmed, and the execution limit reported, when the pod is gone; the busy runner costs more", async () => {
  const cancelled = await submit("echo up; sleep 60");
  const overdue = await submit("echo up; sleep 60", { policies: { executionTimeout: durationFromMs(2_000) } });
  await eventually(async () => expect(await textsOf(cancelled, "stdout")).toEqual(["up"]));
  await eventually(async () => {
    const [own] = (await cluster.dump()).pods.filter(({ metadata }) => metadata.name === "runner-0");
    expect(Number(own?.metadata.annotations?.[deletionCost])).toBeGreaterThan(0);
    // The cluster would remove the Jobs together with the runner's pod.
    const { jobs } = await cluster.dump();
    expect(jobs[0]?.metadata.ownerReferences).toMatchObject([{ kind: "Pod", uid: own?.metadata.uid }]);
  });
  await client.jobs.cancelJobs({ namespace, jobIds: [cancelled] });
  expect((await finished(cancelled)).state).toBe(JobState.CANCELLED);
  expect((await finished(overdue)).state).toBe(JobState.TIMED_OUT);
  await eventually(async () => expect(await jobPods()).toEqual([]));
});

test("a runner that is killed leaves a pod; its next life removes it, and the job runs once more", {
  timeout: 90_000,
}, async () => {
  const line = 'echo "attempt $SWITCHYARD_ATTEMPT"; if [ "$SWITCHYARD_ATTEMPT" = 1 ]; then sleep 600; fi';
  const jobId = await submit(line, { policies: { lease: durationFromMs(4_000) } });
  await eventually(async () => expect(await textsOf(jobId, "stdout")).toEqual(["attempt 1"]));
  await runner.end("SIGKILL");
  const left = (await jobPods()).map(({ metadata }) => metadata.uid);
  expect(left).toHaveLength(1);
  await eventually(async () => {
    const { job } = await client.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
    expect(job?.state).toBe(JobState.QUEUED);
  });
  runner = await startRunner();
  await finished(jobId);
  const full = await client.jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view: JobView.FULL });
  expect(full.job?.attempts.map(({ state }) => state)).toEqual([AttemptState.LOST, AttemptState.SUCCEEDED]);
  expect(await textsOf(jobId, "stdout", 2)).toEqual(["attempt 2"]);
  await eventually(async () =>
    expect((await jobPods()).filter(({ metadata }) => left.includes(metadata.uid))).toEqual([]),
  );
});

test("a runner that ends gives its job back when the patience is over and the pod is gone", async () => {
  const jobId = await submit("echo up; sleep 600");
  await eventually(async () => expect(await textsOf(jobId, "stdout")).toEqual(["up"]));
  expect(await runner.end()).toBe(0);
  expect(await jobPods()).toEqual([]);
  const full = await client.jobs.getJob({ namespace, by: { case: "jobId", value: jobId }, view: JobView.FULL });
  expect(full.job?.attempts.map(({ state }) => state)).toEqual([AttemptState.RELEASED]);
  expect(full.job?.state).toBe(JobState.QUEUED);
});
