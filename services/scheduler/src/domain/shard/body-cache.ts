import type { ShardStore } from "../../store/shard-store.js";
import type { Lane } from "../core/lane.js";
import type { OpenJob } from "../core/model.js";
import type { Namespace } from "../core/namespace.js";
import type { JobBody, Write } from "../core/writes.js";
import { BodyPages } from "./body-pages.js";
import { type JobToRead, ReadAhead } from "./read-ahead.js";
import { bodyBytes } from "./write-sizes.js";

/** Inputs of recent jobs, and of those that are claimed next, bounded in bytes, so that a claim seldom has to read what it hands out. */
export interface BodyCache {
  /** Keeps the bodies of a write's new jobs, and forgets those of jobs that it ends, deletes or gives another body. The oldest go when there are too many bytes. */
  follow(write: Write): void;
  /** The bodies of jobs that were claimed, in their order; those that are not kept are read from the database. Then those of the jobs behind them are read, too. */
  get(store: BodyStore, jobs: readonly OpenJob[]): Promise<JobBody[]>;
  /** The subject of a job whose body is kept, or was read for a runner; else undefined. */
  subjectOf(job: Pick<OpenJob, "space" | "serial">): string | undefined;
}

/** Where bodies are read from. */
export type BodyStore = Pick<ShardStore, "readJobs">;

/** Creates a cache of at most `maxBytes`. */
export function createBodyCache(maxBytes: number): BodyCache {
  const bodies = new BodyPages();
  /** Subjects of jobs whose bodies were read for a runner, until they end. Unique below 8,192 namespaces; beyond that they are not kept. */
  const subjects = new Map<number, string>();
  /** Bodies that are being read ahead, by the statement that reads them. What is forgotten meanwhile is not in here any more: its statement may have seen it before. */
  const reading = new Map<number, Promise<void>>();
  const ahead = new ReadAhead(maxBytes, (space, serial) => {
    const body = bodies.get(space.id, serial);
    if (body) return bodyBytes(body);
    return reading.has(keyOf({ space, serial })) ? 0 : undefined;
  });

  function kept({ space, serial }: Pick<OpenJob, "space" | "serial">): JobBody | undefined {
    return bodies.get(space.id, serial);
  }

  function forget(job: OpenJob): void {
    bodies.delete(job.space.id, job.serial);
    if (subjects.size > 0) subjects.delete(keyOf(job));
    if (reading.size > 0) reading.delete(keyOf(job));
  }

  async function readMissing(store: BodyStore, jobs: readonly OpenJob[]): Promise<ReadonlyMap<OpenJob, JobBody>> {
    const read = new Map<OpenJob, JobBody>();
    for (const space of new Set(jobs.map((job) => job.space))) {
      const wanted = jobs.filter((job) => job.space === space);
      const bySerial = await readBodies(store, space, wanted);
      for (const job of wanted) {
        const body = bySerial.get(job.serial);
        if (!body) continue;
        // Read in between, a job may have ended: then nobody would forget it.
        const key = keyOf(job);
        if (job.live && key <= Number.MAX_SAFE_INTEGER) subjects.set(key, body.subject);
        read.set(job, body);
      }
    }
    return read;
  }

  /** Begins to read what is due behind jobs that were claimed. */
  function readNext(store: BodyStore, jobs: readonly OpenJob[]): void {
    const claimed = new Map<Lane, { space: Namespace; jobs: number }>();
    for (const { space, shape, kind } of jobs) {
      const lane = shape.site.lanes.get(kind);
      if (!lane) continue;
      const before = claimed.get(lane);
      if (before) before.jobs++;
      else claimed.set(lane, { space, jobs: 1 });
    }
    for (const [lane, { space, jobs: n }] of claimed) {
      const due = ahead.due(space, lane, n);
      if (due.length > 0 && keyOf({ space, serial: 2 ** 40 }) <= Number.MAX_SAFE_INTEGER) begin(store, space, due);
    }
  }

  function begin(store: BodyStore, space: Namespace, due: readonly JobToRead[]): void {
    const keys = due.map(({ serial }) => keyOf({ space, serial }));
    const done = readBodies(store, space, due, ahead.bytesAtOnce)
      .then((read) => {
        for (const [serial, body] of read)
          if (reading.get(keyOf({ space, serial })) === done) bodies.set(space.id, serial, body);
        bodies.shrinkTo(maxBytes);
      })
      // Whoever claims such a job reads its body then, and is told what is wrong.
      .catch(() => undefined)
      .finally(() => {
        for (const key of keys) if (reading.get(key) === done) reading.delete(key);
      });
    for (const key of keys) reading.set(key, done);
  }

  return {
    follow(write) {
      switch (write.lane) {
        case "claim":
          return;
        case "submit":
          for (const { job, body } of write.jobs) bodies.set(job.space.id, job.serial, body);
          bodies.shrinkTo(maxBytes);
          // Only a part was replaced; the whole is in the tables.
          for (const { job, body } of write.amends) if (body) forget(job);
          return;
        case "report":
          for (const { job, final } of write.ends) if (final) forget(job);
          for (const { job } of write.deletes) if (job) forget(job);
      }
    },
    subjectOf: (job) => kept(job)?.subject ?? subjects.get(keyOf(job)),
    async get(store, jobs) {
      if (reading.size > 0) await Promise.all(new Set(jobs.flatMap((job) => reading.get(keyOf(job)) ?? [])));
      const missing = jobs.filter((job) => !kept(job));
      const read = missing.length > 0 ? await readMissing(store, missing) : undefined;
      readNext(store, jobs);
      return jobs.map((job) => kept(job) ?? read?.get(job) ?? emptyBody);
    },
  };
}

/** Reads the bodies of jobs, by serial; those behind `maxBytes` are left out. */
async function readBodies(
  store: BodyStore,
  space: Namespace,
  jobs: readonly JobToRead[],
  maxBytes?: number,
): Promise<ReadonlyMap<number, JobBody>> {
  const buckets = new Set(jobs.map(({ bucket }) => bucket));
  const serials = jobs.map(({ serial }) => serial);
  const rows = await store.readJobs(space.id, [...buckets], serials, true, maxBytes);
  return new Map(
    rows.map(({ serial, subject, input, contentType, extras, replaced, resumeFrom }) => [
      serial,
      { subject, input, contentType, extras, replaced, resumeFrom },
    ]),
  );
}

const emptyBody: JobBody = { subject: "", input: undefined, contentType: "", extras: undefined, resumeFrom: 0 };

function keyOf({ space, serial }: Pick<OpenJob, "space" | "serial">): number {
  return space.id * 2 ** 40 + serial;
}
