import { SwitchyardError } from "@switchyard/errors";
import { describe, expect, it } from "vitest";
import { type IngestSchedule, ingestSchedules, putIngestSchedules, type ScheduleContext } from "./ingest-schedules.js";

const bayt: IngestSchedule = {
  source: "bayt",
  cron: "0 6 * * *",
  time_zone: "UTC",
  parameters: { search_term: "cto" },
};

/** The part of the core that keeps schedules, with those that are there. */
function scheduler(present: readonly string[], { isOutrun = false } = {}) {
  const kept = new Set(present);
  const put: { name: string; cron: string; timeZone: string; kind: string; replace: boolean }[] = [];
  const queues = {
    async createSchedule({ schedule, replace }: { schedule: Record<string, unknown>; replace: boolean }) {
      const { name, cron, timeZone, spec } = schedule as {
        name: string;
        cron: string;
        timeZone: string;
        spec: { kind: string };
      };
      kept.add(name);
      put.push({ name, cron, timeZone, kind: spec.kind, replace });
      return {};
    },
    async listSchedules({ pageToken }: { pageToken: string }) {
      const names = [...kept];
      const page = pageToken === "" ? names.slice(0, 1) : names.slice(1);
      return {
        schedules: page.map((name) => ({ name })),
        nextPageToken: pageToken === "" && names.length > 1 ? "1" : "",
      };
    },
    async deleteSchedule({ name }: { name: string }) {
      kept.delete(name);
      if (isOutrun) throw new SwitchyardError("SCHEDULE_NOT_FOUND", "somebody else deleted it");
      return {};
    },
  };
  const contextFor = (wanted: readonly IngestSchedule[]): ScheduleContext => ({
    core: { queues } as unknown as ScheduleContext["core"],
    config: { namespace: "pipeline", timeoutSeconds: 600, ingestSchedules: wanted },
  });
  return { kept, put, contextFor };
}

describe("schedules of ingestion", () => {
  it("are put in place, by their order", async () => {
    const { put, contextFor } = scheduler([]);
    const himalaya: IngestSchedule = {
      source: "himalaya",
      cron: "*/10 * * * *",
      time_zone: "Asia/Dubai",
      parameters: {},
    };
    await putIngestSchedules(contextFor([bayt, himalaya]));
    expect(put).toEqual([
      { name: "ingest-1-bayt", cron: "0 6 * * *", timeZone: "UTC", kind: "ingest-bayt", replace: true },
      {
        name: "ingest-2-himalaya",
        cron: "*/10 * * * *",
        timeZone: "Asia/Dubai",
        kind: "ingest-himalaya",
        replace: true,
      },
    ]);
  });

  it.each([false, true])(
    "that the settings no longer name go, others stay (another gateway does it too: %s)",
    async (isOutrun) => {
      const { kept, contextFor } = scheduler(["ingest-1-indeed", "ingest-2-bayt", "nightly"], { isOutrun });
      await putIngestSchedules(contextFor([bayt]));
      expect([...kept].sort()).toEqual(["ingest-1-bayt", "nightly"]);
    },
  );
});

describe("the setting", () => {
  it("fills the time zone and empty parameters in", () => {
    expect(ingestSchedules.parse([{ source: "himalaya", cron: "0 * * * *" }])).toEqual([
      { source: "himalaya", cron: "0 * * * *", time_zone: "UTC", parameters: {} },
    ]);
  });

  it.each([
    [{ source: "monster", cron: "0 * * * *" }],
    [{ source: "bayt", cron: "0 * * * *", parameters: {} }],
    [{ source: "bayt", cron: "0 * * * *", parameters: { search_term: "cto", max_results: 51 } }],
    [{ source: "himalaya", cron: "0 * * * *", parameters: { keyword: ["cto"] } }],
    [{ source: "himalaya", cron: "", parameters: {} }],
  ])("refuses %j", (schedule) => {
    expect(ingestSchedules.safeParse([schedule]).success).toBe(false);
  });
});
