import { JobStopped } from "@switchyard/client";
import { eventually } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FakeCluster, startFakeCluster } from "./fake-cluster.js";
import { runJob, shell, startExecutor } from "./setup.js";

let cluster: FakeCluster;
let executor: Awaited<ReturnType<typeof startExecutor>>;

beforeAll(async () => {
  cluster = await startFakeCluster();
  executor = await startExecutor(cluster);
});
afterAll(async () => {
  await executor.stop();
  await cluster.stop();
});

const count = 10_000;
/** Lines in bursts over some two seconds, with an end that has no line feed. */
const lines = shell(
  `i=0; while [ $i -lt 25 ]; do seq -f "line %g of the container" $((i * 400)) $((i * 400 + 399)); i=$((i + 1)); sleep 0.06; done; printf end`,
);
const expected = `${Array.from({ length: count }, (_, at) => `line ${at} of the container\n`).join("")}end\n`;

test("connections of the log break again and again: nothing is lost and nothing comes twice", async () => {
  const { result, stdout } = runJob(executor.execute, lines);
  let broken = 0;
  const cutting = setInterval(() => {
    void cluster.order<{ broken: number }>("cut-logs").then((answer) => {
      broken += answer.broken;
    });
  }, 150);
  expect((await result).exitCode).toBe(0);
  clearInterval(cutting);
  expect(broken).toBeGreaterThan(3);
  expect(stdout() === expected).toBe(true);
});

test("a watch whose version is too old lists again; one that breaks goes on", async () => {
  const quick = runJob(executor.execute, shell("echo up; sleep 0.6"));
  await eventually(() => expect(quick.stdout()).toBe("up\n"));
  await eventually(async () => expect(await cluster.order("cut-watches")).toEqual({ broken: 2 }));
  expect((await quick.result).exitCode).toBe(0);
  const other = runJob(executor.execute, shell("echo up; sleep 0.6"));
  await eventually(() => expect(other.stdout()).toBe("up\n"));
  await eventually(async () => expect(await cluster.order("expire")).toEqual({ broken: 2 }));
  expect((await other.result).exitCode).toBe(0);
});

test("a pod that vanishes while nobody watches is lost", async () => {
  const { failure, stdout } = runJob(executor.execute, shell("echo up; sleep 60"));
  await eventually(() => expect(stdout()).toBe("up\n"));
  const [pod] = (await cluster.dump()).pods;
  await cluster.order("expire");
  await cluster.order("delete-pod", { pod: pod?.metadata.name });
  const { message, options } = await failure();
  expect(message).toContain("the pod was lost");
  expect(options.retryable).toBe(true);
});

test("the API server is away for seconds: the job goes on, and what comes meanwhile waits", async () => {
  const running = runJob(executor.execute, shell("echo before; sleep 1; echo meanwhile; sleep 3; echo after"));
  const stopped = runJob(executor.execute, shell("echo up; sleep 60"));
  await eventually(() => expect([running.stdout(), stopped.stdout()]).toEqual(["before\n", "up\n"]));
  await cluster.order("away", { ms: 2_500 });
  const waiting = runJob(executor.execute, shell("echo late"));
  stopped.abort(new JobStopped("LEASE_LOST"));
  expect((await waiting.result).exitCode).toBe(0);
  expect((await running.result).exitCode).toBe(0);
  expect(running.stdout()).toBe("before\nmeanwhile\nafter\n");
  expect((await stopped.failure()).message).toBe("stopped");
  expect(executor.warnings.join()).toMatch(/a call to Kubernetes failed.*ECONNREFUSED/);
});

test("403 fails the job for good, with the server's words", async () => {
  await cluster.order("forbid", { call: "create jobs" });
  const { message, options } = await runJob(executor.execute, shell("true")).failure();
  expect(message).toMatch(
    /^Kubernetes refuses the job \(403 Forbidden\): jobs is forbidden: User "runner" cannot create/,
  );
  expect(options.retryable).toBe(false);
  await cluster.order("allow");
  await cluster.order("forbid", { call: "create secrets" });
  const secret = runJob(executor.execute, { ...shell("true"), env: { A: "b" } }, { secretNames: ["A"] });
  expect((await secret.failure()).message).toContain("cannot create resource");
  await cluster.order("allow");
  await eventually(async () => expect((await cluster.dump()).jobs).toEqual([]));
});

test("what an earlier life of a runner left is removed at its next start", async () => {
  const first = await startExecutor(cluster, {}, "pod-1");
  const left = runJob(first.execute, shell("echo up; sleep 60"));
  await eventually(() => expect(left.stdout()).toBe("up\n"));
  const second = await startExecutor(cluster, {}, "pod-1");
  await eventually(async () => expect((await cluster.dump()).pods).toEqual([]));
  expect((await left.failure()).options.retryable).toBe(true);
  await Promise.all([first.stop(), second.stop()]);
});
