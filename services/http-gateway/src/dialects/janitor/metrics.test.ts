import { describe, expect, it } from "vitest";
import { createJanitorMetrics } from "./metrics.js";

describe("createJanitorMetrics", () => {
  it("has the series of the old service", async () => {
    const metrics = createJanitorMetrics();
    metrics.assigned("farm-07");
    metrics.assigned(null);
    metrics.finished("lintian-fixes", "success", 61.5);
    metrics.queueEmpty();
    metrics.hostLimited("git.example");
    metrics.uploadFailed();
    metrics.logsUploaded(3);
    const lines = (await metrics.text(new Map([["farm-07", 2]]))).split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        "run_count 1",
        'active_runs{worker="farm-07"} 2',
        'assignments{worker="farm-07"} 1',
        'assignments{worker=""} 1',
        'result{campaign="lintian-fixes",result_code="success"} 1',
        'build_duration_sum{campaign="lintian-fixes"} 61.5',
        'rate_limited_host{host="git.example"} 1',
        "queue_empty 1",
        "artifact_upload_failed 1",
        "logfile_uploads 3",
        expect.stringMatching(/^job_last_success_unixtime 1\d{9}/),
      ]),
    );
  });

  it("forgets the active runs of the last time", async () => {
    const metrics = createJanitorMetrics();
    await metrics.text(new Map([["farm-07", 2]]));
    expect(await metrics.text(new Map())).not.toContain("farm-07");
    await metrics.text(new Map([["farm-07", 2]]));
    expect(await metrics.text(undefined)).not.toContain("farm-07");
  });

  it("does not make a series for every name that callers think of", async () => {
    const metrics = createJanitorMetrics();
    for (let index = 0; index < 1200; index += 1) metrics.assigned(`w${index}`);
    const lines = (await metrics.text(undefined)).split("\n").filter((line) => line.startsWith("assignments{"));
    expect(lines).toHaveLength(1001);
    expect(lines).toContain('assignments{worker="other"} 200');
  });
});
