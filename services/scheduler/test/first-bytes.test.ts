import { JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ListOrder } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { createPool, type Pool } from "@switchyard/postgres";
import type { TestDatabase } from "@switchyard/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEnds, readJobs } from "../src/store/job-rows.js";
import { createSchedulerDatabase, startScheduler, type TestScheduler } from "./setup.js";
import { json, testNamespace } from "./test-namespace.js";

let database: TestDatabase;
let system: TestScheduler;
let pool: Pool;

beforeAll(async () => {
  database = await createSchedulerDatabase();
  system = await startScheduler(database);
  pool = createPool({ url: database.url, applicationName: "first-bytes-test", log: pino({ level: "silent" }) });
});
afterAll(async () => {
  await pool.close();
  await system.stop();
  await database.drop();
});

const bytes = (count: number) => ({ data: Buffer.alloc(count, 1), contentType: "application/octet-stream" });

describe("reads of rows", () => {
  it("end with the job whose payload reaches the bytes, in the order that was asked for", async () => {
    const ns = testNamespace("first-rows", () => system);
    const jobs = await ns.submitAll([10, 20, 30, 40].map((count) => ({ input: bytes(count) })));
    for (const { jobId } of jobs.slice(1)) {
      const [lease] = await ns.claim({ jobId, start: true });
      await ns.finish(lease ?? { jobId }, undefined, { result: bytes(100) });
    }
    const { rows } = await pool.query<{ ns: number; bucket: number }>(
      `select distinct j.ns, j.bucket from scheduler.jobs j join scheduler.namespaces n on n.id = j.ns where n.name = 'first-rows'`,
    );
    const [{ ns: number = 0 } = {}] = rows;
    const buckets = rows.map(({ bucket }) => bucket);
    const inputs = async (serials: number[], max: number) =>
      (await readJobs(pool, number, buckets, serials, true, max)).map(({ serial }) => serial).sort();
    expect(await inputs([4, 3, 2, 1], 1)).toEqual([4]);
    expect(await inputs([4, 3, 2, 1], 40)).toEqual([4]);
    expect(await inputs([4, 3, 2, 1], 41)).toEqual([3, 4]);
    expect(await inputs([1, 2, 3, 4], 41)).toEqual([1, 2, 3]);
    expect(await inputs([1, 2, 3, 4], 1_000)).toEqual([1, 2, 3, 4]);
    const results = async (serials: number[], max: number) =>
      (await readEnds(pool, number, buckets, serials, true, max)).map(({ serial }) => serial).sort();
    expect(await results([1, 3, 2, 4], 100)).toEqual([3]);
    expect(await results([1, 3, 2, 4], 101)).toEqual([2, 3]);
  });
});

describe("lists with payloads", () => {
  it("have every job once, in order, in pages that fit a message, whatever sizes are mixed", async () => {
    const ns = testNamespace("mixed", () => system);
    const sizes = Array.from({ length: 600 }, (_, index) => (index % 60 === 7 ? 300_000 : 50));
    for (let from = 0; from < sizes.length; from += 100) {
      const part = sizes.slice(from, from + 100);
      // Who is submitted last comes first.
      await ns.submitAll(
        part.map((size, index) => ({
          input: json("x".repeat(size)),
          order: { rankBy: { case: "rank" as const, value: -(from + index) } },
        })),
      );
    }
    const pages: number[][] = [];
    for (let pageToken = ""; ; ) {
      const page = await system.jobs.listJobs({
        ...{ namespace: "mixed", orderBy: ListOrder.CLAIM_ORDER, view: JobView.PAYLOADS, pageSize: 1_000, pageToken },
      });
      const size = page.jobs.reduce((sum, { spec }) => sum + (spec?.input?.data.byteLength ?? 0), 0);
      expect(size).toBeLessThanOrEqual(2 * 1_024 ** 2);
      pages.push(page.jobs.map(({ serial }) => Number(serial)));
      pageToken = page.nextPageToken;
      if (pageToken === "") break;
    }
    expect(pages).toHaveLength(2);
    expect(pages.flat()).toEqual(sizes.map((_, index) => sizes.length - index));
  });
});
