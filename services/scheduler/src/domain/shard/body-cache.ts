import type { ShardStore } from "../../store/shard-store.js";
import type { OpenJob } from "../core/model.js";
import type { JobBody, Write } from "../core/writes.js";
import { BodyPages } from "./body-pages.js";

/** Inputs of recent jobs, bounded in bytes, so that a claim seldom has to read what has just been written. */
export interface BodyCache {
  /** Keeps the bodies of a write's new jobs, and forgets those of jobs that it ends, deletes or gives another body. The oldest go when there are too many bytes. */
  follow(write: Write): void;
  /** The bodies of jobs, in their order; those that are not kept are read from the database. */
  get(store: Pick<ShardStore, "readJobs">, jobs: readonly OpenJob[]): Promise<JobBody[]>;
  /** The subject of a job whose body is kept, or was read for a runner; else undefined. */
  subjectOf(job: Pick<OpenJob, "space" | "serial">): string | undefined;
}

/** Creates a cache of at most `maxBytes`. */
export function createBodyCache(maxBytes: number): BodyCache {
  const bodies = new BodyPages();
  /** Subjects of jobs whose bodies were read for a runner, until they end. Unique below 8,192 namespaces; beyond that they are not kept. */
  const subjects = new Map<number, string>();

  function kept({ space, serial }: Pick<OpenJob, "space" | "serial">): JobBody | undefined {
    return bodies.get(space.id, serial);
  }

  function forget(job: OpenJob): void {
    bodies.delete(job.space.id, job.serial);
    if (subjects.size > 0) subjects.delete(keyOf(job));
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
      const missing = jobs.filter((job) => !kept(job));
      const read = new Map<OpenJob, JobBody>();
      for (const space of new Set(missing.map((job) => job.space))) {
        const wanted = missing.filter((job) => job.space === space);
        const rows = await store.readJobs(
          space.id,
          [...new Set(wanted.map(({ bucket }) => bucket))],
          wanted.map(({ serial }) => serial),
          true,
        );
        const bySerial = new Map(rows.map((row) => [row.serial, row]));
        for (const job of wanted) {
          const row = bySerial.get(job.serial);
          if (!row) continue;
          const { subject, input, contentType, extras, replaced, resumeFrom } = row;
          // Read in between, a job may have ended: then nobody would forget it.
          const key = keyOf(job);
          if (job.live && key <= Number.MAX_SAFE_INTEGER) subjects.set(key, subject);
          read.set(job, { subject, input, contentType, extras, replaced, resumeFrom });
        }
      }
      return jobs.map((job) => kept(job) ?? read.get(job) ?? emptyBody);
    },
  };
}

const emptyBody: JobBody = { subject: "", input: undefined, contentType: "", extras: undefined, resumeFrom: 0 };

function keyOf({ space, serial }: Pick<OpenJob, "space" | "serial">): number {
  return space.id * 2 ** 40 + serial;
}
