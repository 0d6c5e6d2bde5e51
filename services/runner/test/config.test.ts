import { ConfigError } from "@switchyard/service-kit";
import { expect, test } from "vitest";
import { loadRunnerConfig } from "../src/index.js";

test("nothing needs to be set", () => {
  expect(loadRunnerConfig({})).toMatchObject({
    gatewayAddress: "127.0.0.1:7402",
    namespace: "default",
    slots: 1,
    profile: "process",
    kinds: undefined,
    labels: {},
    allowCommands: false,
    tls: undefined,
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
