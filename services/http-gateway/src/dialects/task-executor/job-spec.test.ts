import { HoldMode } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { describe, expect, it } from "vitest";
import { loadHttpGatewayConfig } from "../../config.js";
import { failureTextType } from "../../core/failure-text.js";
import { taskFailure } from "./failure.js";
import { type CreateTaskBody, jobSpecFromTask } from "./job-spec.js";

const config = loadHttpGatewayConfig({}).dialects.taskExecutor;
const specOf = (text: string) =>
  jobSpecFromTask(JSON.parse(text) as CreateTaskBody, { text, value: JSON.parse(text) }, config);
const inputOf = (text: string) => new TextDecoder().decode(specOf(text).input?.data);

describe("jobSpecFromTask", () => {
  it("says the dialect's policies", () => {
    const spec = specOf('{"problem_id":"p","parameters":{"priority":7,"backend_type":"gpu","timeout":0.5}}');
    expect(spec).toMatchObject({
      ...{ queue: "tasks", kind: "p", requiredLabels: { backend_type: "gpu" } },
      order: { rankClass: 0, rankBy: { case: "rank", value: -7 } },
      policies: { maxAttempts: 0, hold: HoldMode.RUNNER, executionTimeout: { seconds: 0n, nanos: 500_000_000 } },
    });
  });

  it("takes minutes where no seconds are given, and its own limit where neither is", () => {
    const limit = (text: string) => specOf(text).policies?.executionTimeout?.seconds;
    expect(limit('{"problem_id":"p","parameters":{"timeout":9,"timeout_minutes":2}}')).toBe(9n);
    expect(limit('{"problem_id":"p","parameters":{"timeout_minutes":2}}')).toBe(120n);
    expect(limit('{"problem_id":"p"}')).toBe(1800n);
  });

  it("adds defaults behind the caller's own text", () => {
    expect(inputOf('{"parameters":{ "x":1.0 },"problem_id":"p"}')).toBe(
      '{"problem_id":"p","parameters":{"x":1.0,"max_steps":30,"priority":5,"timeout_minutes":30}}',
    );
    expect(inputOf('{"problem_id":"p","parameters":{"max_steps":1,"priority":0,"timeout":1}}')).toBe(
      '{"problem_id":"p","parameters":{"max_steps":1,"priority":0,"timeout":1}}',
    );
  });

  it("ranks by the priority that counts", () => {
    const rank = (text: string) => specOf(text).order?.rankBy.value;
    expect(rank('{"problem_id":"p","priority":9}')).toBe(-9);
    expect(Object.is(rank('{"problem_id":"p","priority":9,"parameters":{"priority":0}}'), 0)).toBe(true);
    expect(() => rank('{"problem_id":"p","priority":11}')).toThrow("priority");
  });
});

describe("taskFailure", () => {
  const outcomeOf = (text: string) => taskFailure({ text, value: JSON.parse(text) });

  it("takes the words that are there", () => {
    expect(outcomeOf('{"error":"e","x":1}').message).toBe("e");
    expect(outcomeOf('{"x":1}').message).toBe("Unknown error");
    expect(outcomeOf(' {"error":null} ').message).toBe('{"error":null}');
    expect(outcomeOf('{"error":""}')).toMatchObject({ message: "", retryable: false });
  });

  it("keeps long words whole beside a message that fits", () => {
    const words = "é".repeat(50_000);
    const { message, result } = outcomeOf(JSON.stringify({ error: `x${words}` }));
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(65_536);
    expect(message.endsWith("é")).toBe(true);
    expect(result).toMatchObject({ contentType: failureTextType });
    expect(new TextDecoder().decode(result?.data)).toBe(`x${words}`);
  });
});
