import { create } from "@bufbuild/protobuf";
import { RunnerSchema, RunnerState } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { describe, expect, it } from "vitest";
import { loadHttpGatewayConfig } from "../../../config.js";
import { claimInfoOf, runnerNameOf } from "./claim-info.js";
import { factOf } from "./process-facts.js";
import { runnerSpecFrom, runnerView } from "./runner-view.js";

const config = loadHttpGatewayConfig({ SILO_RUNNER_TIMEOUT: "7" }).dialects.silo;
const specOf = (text: string) => runnerSpecFrom({ text, value: JSON.parse(text) as unknown }, config);

describe("runnerSpecFrom", () => {
  it("says slots, tags and presence, and takes the dialect's queue alone", () => {
    expect(specOf('{"name":"r","tags":["gpu","gpu","a.b"],"max_concurrent":4}')).toMatchObject({
      ...{ name: "r", slots: 4, presence: { seconds: 7n } },
      profile: { labels: { "tag/gpu": "", "tag/a.b": "" }, queues: ["jobs"], kinds: [{ by: { value: "*" } }] },
    });
    expect(specOf('{"name":"r"}').slots).toBe(1);
  });

  it("keeps tags and metadata as they were given", () => {
    const spec = specOf('{"name":"r","tags":["b","a","b"],"metadata":{ "n":1.00 }}');
    const view = runnerView(
      create(RunnerSchema, { id: "i", spec, state: RunnerState.BUSY, tokenPrefix: "silo_runner_1" }),
    );
    expect(view).toMatchObject({ tags: ["b", "a", "b"], status: "online", token_prefix: "silo_runner_1" });
    expect(view.metadata.text).toBe('{ "n":1.00 }');
  });
});

describe("runnerView", () => {
  it("shows a runner that speaks another protocol", () => {
    const spec = { profile: { labels: { "tag/gpu": "", zone: "1" } }, attributes: { data: Buffer.from("x") } };
    const view = runnerView(create(RunnerSchema, { id: "native", spec, state: RunnerState.REVOKED }));
    expect(view).toMatchObject({ tags: ["gpu"], status: "offline", last_heartbeat: null, token_prefix: null });
    expect([view.max_concurrent, view.metadata.text]).toEqual([1, "{}"]);
  });

  it("names the jobs that a runner holds", () => {
    const held = [{ jobId: "a" }, { jobId: "b" }];
    const runner = create(RunnerSchema, { id: "r", held, completedCount: 3n, failedCount: 1n });
    expect(runnerView(runner)).toMatchObject({ running_jobs: ["a", "b"], jobs_completed: 3, jobs_failed: 1 });
  });
});

describe("claim information", () => {
  it("gives the name back, and none for other claims", () => {
    expect(runnerNameOf(claimInfoOf({ name: "ü" }))).toBe("ü");
    for (const text of ["", "x", "[]", '{"runner_name":1}']) expect(runnerNameOf(Buffer.from(text))).toBeUndefined();
  });
});

describe("factOf", () => {
  it("leaves out what the core would refuse", () => {
    expect(factOf(undefined)).toBe("");
    expect(factOf("1.2\u0000\n")).toBe("1.2");
    expect(factOf("€".repeat(100))).toBe("€".repeat(85));
  });
});
