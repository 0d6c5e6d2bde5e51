import { create } from "@bufbuild/protobuf";
import { RunnerSchema } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { describe, expect, it } from "vitest";
import { writeJson } from "../../json/raw-json.js";
import { runnerSpecFrom, runnerView } from "./runner-mapping.js";

const specOf = (text: string) => runnerSpecFrom({ text, value: JSON.parse(text) });
const at = (ms: number) => ({ seconds: BigInt(ms / 1000), nanos: 0 });
const view = (spec: ReturnType<typeof specOf> | undefined, seen?: number, now = 10_000) => {
  const times = { registerTime: at(1_000), ...(seen === undefined ? {} : { lastSeenTime: at(seen) }) };
  return writeJson(
    runnerView(create(RunnerSchema, { id: "r", ...times, ...(spec === undefined ? {} : { spec }) }), now, 5_000),
  );
};

describe("a runner", () => {
  it("keeps name and capabilities as they were written", () => {
    const spec = specOf('{"capabilities":[ 1.0, {"b":1,"a":2} ], "name" : "x\\u00e9"}');
    expect(spec).toMatchObject({ name: "xé", slots: 10_000 });
    expect(view(spec)).toBe(
      '{"runner_id":"r","name":"x\\u00e9","capabilities":[1.0,{"b":1,"a":2}],"last_seen":1000,"is_active":false}',
    );
  });

  it("has no name in the core's own views that these would not take", () => {
    for (const name of ['"a\\n"', '"\\ud800"', "5", "{}", `"${"x".repeat(256)}"`]) {
      const spec = specOf(`{"name":${name},"capabilities":[]}`);
      expect(spec.name).toBe("");
      expect(view(spec)).toContain(`"name":${name},"capabilities":[]`);
    }
  });

  it("of another kind shows its name and kinds", () => {
    const kinds = [{ by: { case: "glob", value: "a.*" } }, { by: { case: "exact", value: "b" } }] as const;
    const spec = create(RunnerSchema, { spec: { name: "native", profile: { kinds: [...kinds] } } }).spec;
    expect(view(spec)).toContain('"name":"native","capabilities":["a.*","b"]');
    expect(view(undefined)).toContain('"name":"","capabilities":[]');
  });

  it("is active for a while after its last call, or its registration", () => {
    expect(view(undefined, 6_000)).toContain('"last_seen":6000,"is_active":true');
    expect(view(undefined, 5_000)).toContain('"is_active":false');
    expect(view(undefined, undefined, 5_000)).toContain('"last_seen":1000,"is_active":true');
  });
});
