import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseExecutors, readExecutors } from "./read-executors.js";

const problemsOf = (text: string) => parseExecutors("e.yaml", text).problems;

test("a file names kinds and globs; JSON is YAML; anchors may be used", () => {
  const { executors, problems } = parseExecutors(
    "e.yaml",
    `
executors:
  "report.*": &report
    command: [render, "{input.url}", 5]
    timeout: 90
    stopGrace: 2m
    limits: { memory: 1GiB }
  report.large:
    <<: *report
    timeout: 2h
  image: { module: ./image.mjs, export: resize }
`,
  );
  expect(problems).toEqual([]);
  expect([...executors.keys()]).toEqual(["report.*", "report.large", "image"]);
  expect(executors.get("report.*")).toMatchObject({ program: "render", timeout: 90_000, stopGrace: 120_000 });
  expect(executors.get("report.large")).toMatchObject({ timeout: 7_200_000, limits: { memory: 1024 ** 3 } });
  expect(executors.get("image")).toEqual({ type: "module", module: "./image.mjs", export: "resize" });
  expect(parseExecutors("e.json", '{"executors": {"a": {"command": ["x"]}}}').executors.size).toBe(1);
});

test("all problems are told with their places, and what is right is read nevertheless", () => {
  const { executors, problems } = parseExecutors(
    "e.yaml",
    `executors:
  a:
    command: [x, "{input.}", "a{input.b...}"]
    tiemout: 5
    env: { A: { inherit: 5 }, C-D: 1, E: [1] }
    limits: { cpu: 0, memory: 5GB }
    signals: { retryable: [SIGFOO] }
  b: { module: 5, x: 1 }
  c: { command: ["{input.x}"] }
  d: { command: [x], result: { file: x }, artifacts: { directory: out }, retryableExitCodes: [0] }
  e: { command: [x], result: { file: ../x }, stdin: "{job}" }
  good: { command: [x] }
`,
  );
  expect([...executors.keys()]).toEqual(["good"]);
  expect(problems).toContainEqual(expect.stringContaining("env.C-D: expected a name of a variable"));
  const places = problems.map((problem) => problem.split(" ").slice(0, 2).join(" "));
  expect(places.sort()).toEqual(
    [
      "e.yaml:3:18: executors.a.command.1:",
      "e.yaml:3:30: executors.a.command.2:",
      "e.yaml:4:5: executors.a.tiemout:",
      "e.yaml:5:17: executors.a.env.A.inherit:",
      "e.yaml:5:31: executors.a.env.C-D:",
      "e.yaml:5:39: executors.a.env.E:",
      "e.yaml:6:15: executors.a.limits.cpu:",
      "e.yaml:6:23: executors.a.limits.memory:",
      "e.yaml:7:28: executors.a.signals.retryable.0:",
      "e.yaml:8:8: executors.b.module:",
      "e.yaml:8:19: executors.b.x:",
      "e.yaml:9:18: executors.c.command.0:",
      "e.yaml:10:22: executors.d.result:",
      "e.yaml:10:43: executors.d.artifacts:",
      "e.yaml:10:74: executors.d.retryableExitCodes:",
      "e.yaml:11:32: executors.e.result.file:",
      "e.yaml:11:46: executors.e.stdin:",
    ].sort(),
  );
});

test.each([
  ["", /^e\.yaml: /],
  ["executors: {}", /^e\.yaml:1:1: executors: expected one executor or more$/],
  ["executors: [a", /^e\.yaml:1:\d+: Flow sequence/],
  ["executors: {a: {command: [x]}}\nexecutors: {}", /^e\.yaml:2:1: Map keys must be unique$/],
  ["executors: {a: {command: [x]}}\nmore: 1", /^e\.yaml:2:1: more: is not known here$/],
])("%j is told", (text, problem) => {
  expect(problemsOf(text)).toEqual([expect.stringMatching(problem)]);
});

test("a file that is not there is a problem with its path", () => {
  expect(readExecutors("/no/such/file").problems).toEqual([expect.stringContaining("/no/such/file: cannot be read")]);
});

test("the example of the README is right", () => {
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
  const [, example = ""] = /```yaml\n(executors:\n[^`]*)```/.exec(readme) ?? [];
  const { executors, problems } = parseExecutors("README.md", example);
  expect(problems).toEqual([]);
  expect([...executors.keys()]).toEqual(["report.render", "convert.*", "thumbnail.*"]);
});
