import { JobFailure, JobSuccess } from "@switchyard/client";
import { afterAll, describe, expect, test } from "vitest";
import { createGuardian, createParameterCommandExecutor } from "../src/index.js";
import { createJobContextDouble } from "./job-context-double.js";

const guardian = createGuardian();
afterAll(() => guardian.stop());

function run(input: unknown, allowCommands: boolean) {
  const double = createJobContextDouble(input, { kind: "disk-full" });
  const execute = createParameterCommandExecutor({ guardian, allowCommands, simulationMs: 10 });
  const result = (async () => {
    const value = await execute(double.context);
    return (value instanceof JobSuccess ? value.result : value) as Record<string, unknown>;
  })();
  return { ...double, result };
}

describe("where commands are allowed", () => {
  test("a command is run as a process", async () => {
    const { result, written } = run({ problem_id: "p", parameters: { command: ["echo", "a b"], max_steps: 5 } }, true);
    expect(await result).toMatchObject({ success: true, exitCode: 0, stdout: "a b\n" });
    expect(written("stdout").toString()).toBe("a b\n");
  });

  test("its failure is the job's", async () => {
    const { result } = run({ parameters: { command: ["sh", "-c", "exit 3"] } }, true);
    await expect(result).rejects.toThrow("code 3");
  });

  test.each([
    ["a text", "rm -rf /"],
    ["an empty list", []],
    ["numbers", [1]],
    ["null", null],
  ])("%s is no command", async (_, command) => {
    const { result } = run({ parameters: { command } }, true);
    await expect(result).rejects.toThrow("parameters.command");
    await expect(result).rejects.toBeInstanceOf(JobFailure);
  });
});

describe("otherwise", () => {
  test.each([
    [
      "a command",
      { problem_id: "disk-full-1", parameters: { command: ["touch", "/tmp/never"], max_steps: 3 } },
      false,
      3,
    ],
    ["no command", { problem_id: "disk-full-1", parameters: {} }, true, 30],
    ["no parameters", { problem_id: "disk-full-1" }, true, 30],
  ])("%s is simulated, and says so", async (_, input, allow, maxSteps) => {
    const { result, logged } = run(input, allow);
    const steps = Math.min(5, maxSteps);
    expect(await result).toMatchObject({
      success: true,
      simulated: true,
      solution: "Simulated solution for disk-full-1",
      steps_taken: steps,
      max_steps: maxSteps,
    });
    expect(logged).toHaveLength(steps + 2);
  });

  test("a job without a problem id is named by its kind", async () => {
    expect(await run({}, false).result).toMatchObject({ solution: "Simulated solution for disk-full" });
  });

  test("a simulation heeds its signal", async () => {
    const { result, abort } = run({}, false);
    abort(new Error("stopped"));
    await expect(result).rejects.toThrow("stopped");
  });
});
