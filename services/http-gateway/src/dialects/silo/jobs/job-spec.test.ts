import { ExecutionTimeoutAction, HoldMode } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { describe, expect, it } from "vitest";
import { definitionText, readDefinition } from "../definitions/definition.js";
import { readJobInput } from "./job-input.js";
import { jobSpecFrom } from "./job-spec.js";

const documentOf = (text: string) => ({ text, value: JSON.parse(text) as unknown });
const definitionOf = (text: string) => readDefinition(definitionText("export", documentOf(text)), 3);
const definition = definitionOf(
  '{"compute":{"type":"t","command":"c","args":{"a":1.0,"b":{"x":1},"__proto__":1}},"runner":{"tags":["gpu","linux"]},"timeout":5,"max_retries":2,"priority":7}',
);
const specOf = (text: string) => jobSpecFrom(definition, documentOf(text), "eli");

describe("jobSpecFrom", () => {
  it("says the dialect's policies", () => {
    expect(specOf('{"definition_name":"export","part_number":"P-1"}')).toMatchObject({
      ...{ queue: "jobs", kind: "export", subject: "P-1", submitter: "eli", labels: { definition_version: "3" } },
      requiredLabels: { "tag/gpu": "", "tag/linux": "" },
      order: { rankClass: 0, rankBy: { case: "rank", value: 7 } },
      policies: {
        ...{ maxAttempts: 3, hold: HoldMode.RUNNER, executionTimeout: { seconds: 5n, nanos: 0 } },
        onExecutionTimeout: ExecutionTimeoutAction.LOSE,
      },
    });
    expect(specOf('{"definition_name":"export","priority":0}').order?.rankBy.value).toBe(0);
  });

  it("lets a job that may not be retried have one attempt", () => {
    const once = definitionOf('{"compute":{"type":"t","command":"c"},"max_retries":0}');
    expect(jobSpecFrom(once, documentOf('{"definition_name":"export"}'), "eli").policies?.maxAttempts).toBe(1);
  });

  it("gives a part whose number is no subject another one", () => {
    const part = JSON.stringify("ü".repeat(255));
    const { subject, input } = specOf(`{"definition_name":"export","part_number":${part.slice(0, -1)}x"}`);
    expect(subject).toBe(`${"ü".repeat(255)}x`);
    expect(readJobInput(input).part_number).toBe(subject);
    const long = specOf(`{"definition_name":"export","part_number":"${"€".repeat(255)}"}`);
    expect(long.subject).toMatch(/^sha256:/);
    expect(readJobInput(long.input).part_number).toBe("€".repeat(255));
  });
});

describe("a job's input", () => {
  it("has the definition of that moment, and the job's arguments over the definition's", () => {
    const { input } = specOf(
      '{"definition_name":"export","args":{"b":2.50,"c":"new"},"metadata":{ "k":1e2 },"revision_number":4,"item_id":"i"}',
    );
    const text = new TextDecoder().decode(input?.data);
    expect(text.slice(0, text.indexOf(',"description"'))).toBe('{"definition":{"name":"export","version":3');
    expect(text.slice(text.indexOf(',"args":{"a":1.0,"b":2.50'))).toBe(
      ',"args":{"a":1.0,"b":2.50,"__proto__":1,"c":"new"},"metadata":{ "k":1e2 },"part_number":null,"revision_number":4,"item_id":"i","project_id":null}',
    );
    expect(readJobInput(input)).toMatchObject({
      ...{ definition: { name: "export", version: 3, tags: ["gpu", "linux"] }, metadata: { text: '{ "k":1e2 }' } },
      ...{ part_number: null, revision_number: 4, item_id: "i", project_id: null },
    });
  });

  it.each(["", "x", "[]", '{"args":[],"metadata":1,"definition":{"name":1},"part_number":2,"revision_number":"3"}'])(
    "of another form shows nothing: %s",
    (text) => {
      const payload = { $typeName: "switchyard.common.v1.Payload", data: Buffer.from(text), contentType: "" } as const;
      expect(readJobInput(payload)).toMatchObject({
        ...{ definition: undefined, args: { text: "{}" }, metadata: { text: "{}" } },
        ...{ part_number: null, revision_number: null, item_id: null, project_id: null },
      });
    },
  );
});
