import { startProcess } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cliFor, shellInput } from "./cli-run.js";
import { startTestSystem, type TestSystem } from "./test-system.js";

let system: TestSystem;

beforeAll(async () => {
  system = await startTestSystem({ MANAGED_RUNNERS: "2", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" });
});
afterAll(() => system?.stop());

const start = (...argv: readonly string[]) =>
  startProcess("libs/cli/src/main.ts", { ...system.cliEnv, XDG_CONFIG_HOME: "/nonexistent" }, argv);
const exitCode = (child: Awaited<ReturnType<typeof start>>["child"]) =>
  new Promise((resolve) => child.once("exit", resolve));

it("the program follows a job and ends as it does", async () => {
  const program = await start(
    "jobs",
    "submit",
    "shell.run",
    "--max-attempts",
    "1",
    "-f",
    "--input",
    shellInput("echo hello; exit 7"),
  );
  const ended = exitCode(program.child);
  await program.line(/^hello$/);
  expect(await ended).toBe(1);
  expect(program.output()).toMatch(/^job \S+ failed after/m);
});

it("Ctrl-C ends the program and not the job", async () => {
  const program = await start("jobs", "submit", "shell.run", "-f", "--input", shellInput("echo up; sleep 60"));
  await program.line(/^up$/);
  expect(await program.end("SIGINT")).toBe(130);
  const [, id = ""] = await program.line(/stopped following; job (\S+) goes on/);
  const cli = cliFor(system.cliEnv);
  expect(await cli.done("jobs", "get", id)).toMatch(/^state +running$/m);
  await cli.done("jobs", "cancel", id, "--immediate");
});

it("a reader that leaves ends the program without a word", async () => {
  const program = await start(
    "jobs",
    "submit",
    "shell.run",
    "-q",
    "-f",
    "--input",
    shellInput("while :; do echo y; sleep 0.01; done"),
  );
  const ended = exitCode(program.child);
  await program.line(/^y$/);
  program.child.stdout?.destroy();
  expect(await ended).toBe(0);
  expect(program.output().replaceAll(/^y\n?/gm, "")).toBe("");
});
