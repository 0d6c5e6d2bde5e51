import type { Pool } from "@switchyard/postgres";
import { readJobs } from "../../store/job-rows.js";
import type { OpenJob } from "../core/model.js";
import type { JobBody } from "../core/writes.js";

/** Inputs of recent jobs, bounded in bytes, so that a claim seldom has to read what has just been written. */
export interface BodyCache {
  /** Keeps a body; the oldest ones go when there are too many bytes. */
  keep(job: OpenJob, body: JobBody): void;
  /** Forgets the body of a job that has ended, or has another one now. */
  forget(job: OpenJob): void;
  /** The bodies of jobs, in their order; those that are not kept are read from the database. */
  get(pool: Pool, jobs: readonly OpenJob[]): Promise<JobBody[]>;
}

/** Creates a cache of at most `maxBytes`. */
export function createBodyCache(maxBytes: number): BodyCache {
  // Insertion order is age. The key is unique below 8,192 namespaces; beyond that jobs are simply not kept.
  const bodies = new Map<number, JobBody>();
  let bytes = 0;

  function drop(key: number): void {
    const body = bodies.get(key);
    if (!body) return;
    bodies.delete(key);
    bytes -= sizeOf(body);
  }

  return {
    keep(job, body) {
      const key = keyOf(job);
      if (key > Number.MAX_SAFE_INTEGER) return;
      bodies.set(key, body);
      bytes += sizeOf(body);
      if (bytes <= maxBytes) return;
      for (const oldest of bodies.keys()) {
        if (bytes <= maxBytes) break;
        drop(oldest);
      }
    },
    forget: (job) => drop(keyOf(job)),
    async get(pool, jobs) {
      const missing = jobs.filter((job) => !bodies.has(keyOf(job)));
      const read = new Map<OpenJob, JobBody>();
      for (const space of new Set(missing.map((job) => job.space))) {
        const wanted = missing.filter((job) => job.space === space);
        const rows = await readJobs(
          pool,
          space.id,
          wanted.map(({ serial }) => serial),
          true,
        );
        const bySerial = new Map(rows.map((row) => [row.serial, row]));
        for (const job of wanted) {
          const row = bySerial.get(job.serial);
          if (!row) continue;
          const { subject, input, contentType, extras, replaced, resumeFrom } = row;
          read.set(job, { subject, input, contentType, extras, replaced, resumeFrom });
        }
      }
      return jobs.map((job) => bodies.get(keyOf(job)) ?? read.get(job) ?? emptyBody);
    },
  };
}

const emptyBody: JobBody = { subject: "", input: undefined, contentType: "", extras: undefined, resumeFrom: 0 };

function keyOf({ space, serial }: OpenJob): number {
  return space.id * 2 ** 40 + serial;
}

/** A hundred bytes stand for the entry itself. */
function sizeOf({ input, extras }: JobBody): number {
  return 100 + (input?.byteLength ?? 0) + (extras?.byteLength ?? 0);
}
