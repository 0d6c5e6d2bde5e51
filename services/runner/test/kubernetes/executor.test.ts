import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { JobStopped } from "@switchyard/client";
import { eventually, temporaryDirectory } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runLabel } from "../../src/executors/kubernetes/names.js";
import { liveProcesses } from "../../src/process/process-group.js";
import { type FakeCluster, startFakeCluster } from "./fake-cluster.js";
import { runJob, shell, startExecutor } from "./setup.js";

let cluster: FakeCluster;
let executor: Awaited<ReturnType<typeof startExecutor>>;

beforeAll(async () => {
  cluster = await startFakeCluster();
  executor = await startExecutor(cluster);
});
afterAll(async () => {
  // Nothing is left of any case.
  await eventually(async () => {
    const { jobs, pods, secrets } = await cluster.dump();
    expect([jobs, pods, secrets]).toEqual([[], [], []]);
  });
  await executor.stop();
  await cluster.stop();
});

const run = (input: object, options: Parameters<typeof runJob>[2] = {}) => runJob(executor.execute, input, options);

async function podOf(jobId: string) {
  const { pods } = await cluster.dump();
  return pods.find(({ metadata }) => metadata.annotations?.["switchyard/job"] === jobId);
}

async function runningPod(jobId: string) {
  return eventually(async () => {
    const pod = await podOf(jobId);
    expect(pod?.status.phase).toBe("Running");
    return pod as NonNullable<typeof pod>;
  });
}

describe.concurrent("an ordinary end", () => {
  test("exit code 0 is a success with output, termination message and times", async () => {
    const input = shell('echo out; echo err >&2; printf \'{"score":7}\' > "$TERMINATION_LOG"; printf unended');
    const { result, stdout } = run(input);
    const { startedAt, finishedAt, pod, ...rest } = await result;
    expect(rest).toMatchObject({
      exitCode: 0,
      signal: null,
      reason: "Completed",
      output: { score: 7 },
      node: "node-1",
    });
    expect(Date.parse(finishedAt as string)).toBeGreaterThanOrEqual(Date.parse(startedAt as string));
    expect(pod).toMatch(/^job-.*-1-\w{5}$/);
    // Kubernetes mixes the two outputs, in no certain order.
    expect(stdout().split("\n").sort()).toEqual(["", "err", "out", "unended"]);
  });

  test("says where it runs, while it does", async () => {
    const { failure, logged, progressed, abort } = run(shell("sleep 60"));
    await eventually(() => expect(logged).toContain("running on node-1"));
    await eventually(() => expect(progressed).toContain("running on node-1"));
    abort(new JobStopped("CANCEL_REQUESTED"));
    await failure();
  });

  test("the variables are the job's and the attempt's; dollars are taken as they are", async () => {
    const env = { A: "$(HOME) $$ $A", SWITCHYARD_ATTEMPT: "99" };
    const { result, stdout, context } = run({ command: ["env"], env });
    await result;
    expect(stdout()).toContain("A=$(HOME) $$ $A\n");
    expect(stdout()).toContain(`SWITCHYARD_JOB_ID=${context.lease.jobId}\n`);
    expect(stdout()).toContain("SWITCHYARD_ATTEMPT=1\n");
  });

  test.each([
    [3, false, "the process exited with code 3"],
    [75, true, "the process exited with code 75"],
  ])("exit code %i is a failure that carries the result", async (code, retryable, words) => {
    const { failure, stdout } = run({ ...shell(`echo before; exit ${code}`), retryableExitCodes: [75] });
    const { message, options } = await failure();
    expect([message, options.retryable]).toEqual([words, retryable]);
    expect(options.result).toMatchObject({ exitCode: code, reason: "Error", output: null });
    expect(stdout()).toBe("before\n");
  });

  test("a signal is named; in a command two dollars are one, as Kubernetes has it", async () => {
    const { failure } = run(shell("kill -9 $$$$"));
    const { message, options } = await failure();
    expect(message).toBe("the process was ended by SIGKILL");
    expect(options.result).toMatchObject({ exitCode: 137, signal: "SIGKILL" });
  });

  test("a program that is not there is said", async () => {
    const { message, options } = await run({ command: ["/no/such/program"] }).failure();
    expect(message).toMatch(/did not start \(StartError\).*\/no\/such\/program/);
    expect(options.retryable).toBe(false);
  });
});

describe.concurrent("an end that something else brings", () => {
  test("out of memory", async () => {
    const { failure, context } = run(shell("sleep 60"));
    await cluster.order("oom", { pod: (await runningPod(context.lease.jobId)).metadata.name });
    const { message, options } = await failure();
    expect(message).toBe("the container was killed: out of memory");
    expect(options.result).toMatchObject({ exitCode: 137, reason: "OOMKilled" });
  });

  test("an evicted pod may be tried again, and says why", async () => {
    const { failure, context } = run(shell("sleep 60"));
    await cluster.order("evict", { pod: (await runningPod(context.lease.jobId)).metadata.name });
    const { message, options } = await failure();
    expect(message).toContain("low on resource: memory");
    expect(options.retryable).toBe(true);
  });

  test("so may one that somebody deletes, even when it then ends with code 0", async () => {
    const { failure, context, stdout } = run(
      shell("trap 'echo told; exit 0' TERM; echo up; while :; do sleep 0.05; done"),
    );
    const pod = await runningPod(context.lease.jobId);
    await eventually(() => expect(stdout()).toBe("up\n"));
    await cluster.order("delete-pod", { pod: pod.metadata.name });
    const { message, options } = await failure();
    expect([message, options.retryable]).toEqual(["the pod was lost (Deleted): the pod was deleted", true]);
  });

  test.each([
    ["missing/image:1", false, /ImagePull.*not found/],
    ["away/image:1", true, /ImagePull.*connection refused/],
    ["Bad:1", false, /InvalidImageName/],
  ])("image %s fails after a bounded time", async (image, retryable, words) => {
    const hasty = await startExecutor(cluster, { startTimeoutMs: 100 });
    const { failure, logged } = runJob(hasty.execute, { image });
    const { message, options } = await failure();
    await hasty.stop();
    expect(message).toMatch(words);
    expect(options.retryable).toBe(retryable);
    if (image !== "Bad:1") expect(logged.join()).toContain("does not start");
  });

  test("no node takes it: it waits and says so, until it is stopped", async () => {
    const { failure, abort, logged, progressed, context } = run({ nodeSelector: { disk: "none" } });
    await eventually(() => expect(progressed.join()).toMatch(/waiting for a node: 0\/1 nodes are available/));
    expect(logged).toEqual(progressed);
    abort(new JobStopped("CANCEL_REQUESTED"));
    expect((await failure()).message).toBe("stopped");
    expect(await podOf(context.lease.jobId)).toBeUndefined();
  });
});

describe.concurrent("stopping", () => {
  test("is over when the process is gone, and its last words are in the log", async () => {
    const { failure, abort, context, stdout } = run(
      shell("trap 'echo told; sleep 0.3; echo bye; exit 7' TERM; echo up; while :; do sleep 0.05; done"),
      { graceMs: 5_000 },
    );
    const { jobId, attempt } = context.lease;
    await eventually(() => expect(stdout()).toBe("up\n"));
    expect(await liveProcesses({ id: 2, jobId, attempt })).not.toEqual([]);
    abort(new JobStopped("CANCEL_REQUESTED"));
    const { options } = await failure();
    expect(await liveProcesses({ id: 2, jobId, attempt })).toEqual([]);
    expect(await podOf(jobId)).toBeUndefined();
    expect(options.result).toMatchObject({ exitCode: 7 });
    expect(stdout()).toBe("up\ntold\nbye\n");
  });

  test("kills what heeds no SIGTERM when the grace is over", async () => {
    const { failure, abort, context, stdout } = run(shell("trap '' TERM; echo up; sleep 60; sleep 60"), {
      graceMs: 1_000,
    });
    const { jobId, attempt } = context.lease;
    await eventually(() => expect(stdout()).toBe("up\n"));
    abort(new JobStopped("TIME_LIMIT"));
    const { options } = await failure();
    expect(await liveProcesses({ id: 2, jobId, attempt })).toEqual([]);
    expect(options.result).toMatchObject({ exitCode: 137 });
  });

  test("a pod on a lost node is waited for, or deleted by force where the operator wants it so", async () => {
    const forceful = await startExecutor(cluster, { forceDeleteAfterMs: 200 });
    const patient = run(shell("echo up; sleep 60"), { graceMs: 1_000 });
    const forced = runJob(forceful.execute, shell("echo up; sleep 60"), { graceMs: 1_000 });
    for (const { context } of [patient, forced]) {
      await cluster.order("lose-node", { pod: (await runningPod(context.lease.jobId)).metadata.name });
    }
    patient.abort(new JobStopped("CANCEL_REQUESTED"));
    forced.abort(new JobStopped("CANCEL_REQUESTED"));
    expect((await forced.failure()).message).toBe("stopped");
    const left = await podOf(patient.context.lease.jobId);
    expect(left?.metadata.deletionTimestamp).toBeDefined();
    // The cluster gives the node up.
    await cluster.order("forget-pod", { pod: left?.metadata.name });
    expect((await patient.failure()).message).toBe("stopped");
    await forceful.stop();
  });

  test("the cluster keeps the execution limit too, a minute later", async () => {
    const { failure, context, abort } = run(shell("sleep 60"), { executionMs: 30_000 });
    const { metadata } = await runningPod(context.lease.jobId);
    const { jobs } = await cluster.dump();
    const name = metadata.labels?.[runLabel];
    expect(jobs.find((job) => job.metadata.name === name)?.spec.activeDeadlineSeconds).toBe(90);
    abort(new JobStopped("CANCEL_REQUESTED"));
    await failure();
  });
});

describe.concurrent("what is not allowed", () => {
  test.each([
    [{ image: "alpine" }, "image: alpine is not allowed here"],
    [{ serviceAccountName: "root" }, "serviceAccountName: root is not allowed here"],
    [
      { envFromSecrets: { T: { name: "runner-token", key: "token" } } },
      "envFromSecrets: runner-token is not allowed here",
    ],
    [{ resources: { limits: { memory: "2Gi" } } }, "resources.limits: memory is 2Gi, at most 1Gi is allowed here"],
    [{ resources: { limits: { "nvidia.com/gpu": 1 } } }, "resources.limits: nvidia.com/gpu is not allowed here"],
    [{ comand: [] }, "Unrecognized key"],
  ])("%j", async (input, words) => {
    const { message, options } = await run(input).failure();
    expect(message).toContain(words);
    expect(options.retryable ?? false).toBe(false);
  });

  test("a refusal of the API server fails the job with its words, and nothing is left", async () => {
    // A label that only the server refuses.
    const odd = await startExecutor(cluster, { labels: { "a b": "c" } });
    const { message, options } = await runJob(odd.execute, shell("true")).failure();
    expect(message).toMatch(/^Kubernetes refuses the job \(422 Invalid\): .*a b=c/);
    expect(options.retryable).toBe(false);
    await odd.stop();
  });
});

test("values that are called secret are in the Secret of the job only, and black in its output", async () => {
  const secret = "hunter2-hunter2";
  // What the job says at its end is in the status of its pod, whatever it is: looked at is what was there before.
  const directory = await temporaryDirectory();
  const seen = join(directory.path, "seen");
  const { result, context, stdout } = run(
    {
      ...shell(
        `echo "with $PASSWORD"; until [ -e ${seen} ]; do sleep 0.05; done; printf "%s" "$PASSWORD" > "$TERMINATION_LOG"`,
      ),
      env: { PASSWORD: secret, PLAIN: "x" },
    },
    { secretNames: ["PASSWORD"] },
  );
  await runningPod(context.lease.jobId);
  const { jobs, pods, secrets } = await cluster.dump();
  await writeFile(seen, "");
  expect(JSON.stringify([jobs, pods])).not.toContain(secret);
  const [made] = secrets;
  expect(made?.metadata.ownerReferences).toMatchObject([{ kind: "Job", name: jobs[0]?.metadata.name }]);
  expect(Buffer.from(made?.data?.["PASSWORD"] ?? "", "base64").toString()).toBe(secret);
  expect((await result).output).toBe("[masked]");
  expect(stdout()).toBe("with [masked]\n");
  await directory.remove();
});

test("a pod of an earlier attempt is removed first, and a later attempt's is left alone", async () => {
  const first = run(shell("trap '' TERM; echo up; sleep 60; sleep 60"), { graceMs: 1_000, jobId: "twice" });
  await eventually(() => expect(first.stdout()).toBe("up\n"));
  const alive = () => liveProcesses({ id: 2, jobId: "twice", attempt: 1 });
  expect(await alive()).not.toEqual([]);
  // Another process, which knows nothing of the first attempt.
  const other = await startExecutor(cluster);
  const second = runJob(other.execute, shell("echo second; sleep 60"), { jobId: "twice", attempt: 2 });
  await eventually(() => expect(second.stdout()).toBe("second\n"));
  expect(await alive()).toEqual([]);
  const stale = await run(shell("echo never"), { jobId: "twice" }).failure();
  expect(stale.message).toBe("attempt 2 of the job is there already");
  second.abort(new JobStopped("CANCEL_REQUESTED"));
  expect((await second.failure()).message).toBe("stopped");
  expect((await first.failure()).options.retryable).toBe(true);
  await other.stop();
});

test("what is used is what the chart's role gives", async () => {
  const { used } = await cluster.dump();
  expect([...used].sort()).toEqual([
    "create jobs",
    "create secrets",
    "delete jobs",
    "delete pods",
    "get pods/log",
    "list jobs",
    "list pods",
    "watch jobs",
    "watch pods",
  ]);
});
