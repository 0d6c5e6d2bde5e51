import { ConfigError } from "@switchyard/service-kit";
import { expect, test } from "vitest";
import { loadRunnerConfig } from "../src/index.js";

test("nothing needs to be set", () => {
  expect(loadRunnerConfig({})).toMatchObject({
    gatewayAddress: ["127.0.0.1:7402"],
    namespace: "default",
    slots: 1,
    profile: "process",
    kinds: undefined,
    labels: {},
    allowCommands: false,
    tls: { TLS_RELOAD_INTERVAL: 30_000 },
  });
});

test("labels are pairs or bare names", () => {
  const { labels, kinds } = loadRunnerConfig({ RUNNER_LABELS: "os=linux, gpu ,expr=a=b", RUNNER_KINDS: "a,b.*" });
  expect(labels).toEqual({ os: "linux", gpu: "", expr: "a=b" });
  expect(kinds).toEqual(["a", "b.*"]);
});

test("all problems are said at once", () => {
  const load = () => loadRunnerConfig({ RUNNER_SLOTS: "0", RUNNER_PROFILE: "x", TASK_EXECUTOR_COMMANDS: "yes" });
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(/RUNNER_SLOTS[\s\S]*RUNNER_PROFILE[\s\S]*TASK_EXECUTOR_COMMANDS/);
});

test("runners of a pool are numbered where the pattern says so", () => {
  expect(loadRunnerConfig({}).pool).toBeUndefined();
  const { pool } = loadRunnerConfig({ RUNNER_POOL_SIZE: "2", RUNNER_POOL_NAMES: "w-{nnn}-x" });
  expect([pool?.size, pool?.nameOf(7)]).toEqual([2, "w-007-x"]);
  expect(loadRunnerConfig({ RUNNER_POOL_SIZE: "0", RUNNER_NAME: "host" }).pool?.nameOf(12)).toBe("host-12");
  expect(() => loadRunnerConfig({ RUNNER_POOL_SIZE: "2", RUNNER_POOL_NAMES: "all-alike" })).toThrow(
    "RUNNER_POOL_NAMES",
  );
  expect(() => loadRunnerConfig({ RUNNER_POOL_NAMES: "w-{n}" })).toThrow("needs RUNNER_POOL_SIZE");
});

test("the profile kubernetes needs to know which images are allowed; its amounts are checked", () => {
  expect(loadRunnerConfig({}).kubernetes).toBeUndefined();
  expect(() => loadRunnerConfig({ RUNNER_PROFILE: "kubernetes" })).toThrow("KUBERNETES_IMAGES");
  const profile = { RUNNER_PROFILE: "kubernetes", KUBERNETES_IMAGES: "registry/team/*, busybox:*" };
  expect(() => loadRunnerConfig({ ...profile, KUBERNETES_MAX_RESOURCES: "cpu=2,memory=1GB" })).toThrow(
    "KUBERNETES_MAX_RESOURCES",
  );
  const { kubernetes } = loadRunnerConfig({ ...profile, KUBERNETES_MAX_RESOURCES: "cpu=2,nvidia.com/gpu=1" });
  expect(kubernetes).toMatchObject({
    namespace: "default",
    images: ["registry/team/*", "busybox:*"],
    maxResources: { cpu: "2", "nvidia.com/gpu": "1" },
    secrets: [],
    ttlMs: 0,
    startTimeoutMs: 120_000,
  });
});

test("the profile file needs its file, and no other profile has one", () => {
  const profile = { RUNNER_PROFILE: "file", RUNNER_EXECUTORS_PATH: "executors.yaml" };
  expect(loadRunnerConfig(profile)).toMatchObject({ profile: "file", executorsPath: "executors.yaml" });
  expect(() => loadRunnerConfig({ RUNNER_PROFILE: "file" })).toThrow("RUNNER_EXECUTORS_PATH");
  expect(() => loadRunnerConfig({ RUNNER_EXECUTORS_PATH: "executors.yaml" })).toThrow("RUNNER_EXECUTORS_PATH");
});

test("jobs run in the namespace of the runner's own pod unless another one is named", () => {
  const own = { RUNNER_POD_NAME: "runner-0", RUNNER_POD_NAMESPACE: "work" };
  const profile = { RUNNER_PROFILE: "kubernetes", KUBERNETES_IMAGES: "*", ...own };
  expect(loadRunnerConfig(profile)).toMatchObject({
    pod: { name: "runner-0", namespace: "work" },
    kubernetes: { namespace: "work" },
  });
  expect(loadRunnerConfig({ ...profile, KUBERNETES_NAMESPACE: "jobs" }).kubernetes?.namespace).toBe("jobs");
  expect(() => loadRunnerConfig({ RUNNER_POD_NAME: "runner-0" })).toThrow("RUNNER_POD_NAMESPACE");
});
