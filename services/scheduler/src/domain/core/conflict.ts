import type { Admission, JobRequest } from "./admit.js";
import { amendment, type Place } from "./amend.js";
import type { Batch } from "./batch.js";
import type { OpenJob } from "./model.js";
import { resolveRank } from "./rank.js";
import { tellFirst } from "./readiness.js";
import type { StandIn } from "./reuse.js";
import type { JobBody } from "./writes.js";

/** Another job stands for the item: as it is, or changed by the conflict policy. */
export function standInFor(batch: Batch, item: JobRequest, { serial, job, end }: StandIn): Admission {
  if (!job) return { serial, disposition: "CACHED", job, end };
  const joined: Admission = { serial, disposition: "JOINED", job, end };
  const onConflict = item.reuse?.onConflict ?? "RETURN";
  if (onConflict === "RETURN") return joined;
  const { rankClass, weight } = item;
  const rank = resolveRank(job.space, job.shape.site.queue, item.rank);
  // What the call has decided about the job before is its place now.
  const present = batch.amends.get(job) ?? job;
  const isBetter = rankClass < present.rankClass || (rankClass === present.rankClass && rank < present.rank);
  if (onConflict === "REPLACE_UNLESS_WORSE_CLASS" && rankClass <= present.rankClass)
    amend(batch, job, { rankClass, rank, weight }, item.body);
  else if (onConflict === "KEEP_BEST_ORDER" && isBetter)
    amend(batch, job, { rankClass, rank, weight: present.weight }, undefined);
  else return joined;
  return { ...joined, disposition: "AMENDED" };
}

/**
 * Changes a job as if each item were a call of its own, since a client may have put them together. A job that this very call makes is stored at
 * its last place at once; its content is the first item's with what the later one replaces.
 */
function amend({ now, amends, events }: Batch, job: OpenJob, place: Place, body: JobBody | undefined): void {
  const earlier = amends.get(job);
  if (earlier) {
    amends.set(job, { ...earlier, ...place, revision: earlier.revision + 1, body: body ?? earlier.body });
  } else {
    const { record, event } = amendment(now, job, place, body);
    amends.set(job, record);
    // That of a new job comes behind its submission.
    if (job.phase !== "admitting") {
      tellFirst(job, events);
      events.push(event);
    }
  }
  if (job.phase !== "admitting") return;
  job.revision = amends.get(job)?.revision ?? job.revision;
  job.space.place(job, place);
}
