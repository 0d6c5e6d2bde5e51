import fc from "fast-check";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { RelativeRank_Base } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { isFinal, type ModelJob } from "../model/model.js";
import { storyOf } from "../model/replay.js";
import { type Feature, itemPart, type Rule } from "./feature.js";

/** Ranks that are asked for relative to the smallest one of the queue's open jobs. */
export const relativeRanksFeature: Feature = {
  name: "relative-ranks",
  item: itemPart({
    oneIn: 4,
    data: fc.constantFrom(-1, 0.5),
    spec: (_, offset) => ({
      order: { rankBy: { case: "relative", value: { base: RelativeRank_Base.MIN_OPEN_RANK, offset } } },
    }),
  }),
  rules: [ranksAreRelativeToTheSmallest],
};

/**
 * The rank that a job got is its offset from the rank of another job of its queue, or from 0, and no larger than that from any job that was open when it was
 * submitted and is known to have kept its place.
 */
function ranksAreRelativeToTheSmallest({ evidence, model }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  const rankOf = ({ id }: ModelJob) => {
    const rankBy = evidence.jobs.get(id)?.spec?.order?.rankBy;
    return rankBy?.case === "rank" ? rankBy.value : undefined;
  };
  const wasAmended = ({ events }: ModelJob) => events.some(({ type }) => type === JobEventType.AMENDED);
  for (const job of model.jobs.values()) {
    const rankBy = job.item?.spec.order?.rankBy;
    const rank = rankOf(job);
    if (rankBy?.case !== "relative" || rank === undefined || wasAmended(job)) continue;
    const submitted = job.events[0]?.sequence ?? 0n;
    const others = [...model.jobs.values()].filter(
      (other) => other !== job && other.item?.spec.queue === job.item?.spec.queue && !wasAmended(other),
    );
    const base = rank - (rankBy.value.offset ?? 0);
    for (const other of others) {
      const theirs = rankOf(other);
      if (theirs !== undefined && wasOpenAt(other, submitted) && base > theirs)
        say(`got rank ${rank}, and a job with rank ${theirs} was open\n    ${storyOf(job)}\n    ${storyOf(other)}`);
    }
  }
}

/**
 * Whether a job surely was open when another one was submitted. Submits are numbered as they are decided; a reopening is another lane's, and one
 * that is told just before may not have been true yet when the submit was decided.
 */
function wasOpenAt({ events }: ModelJob, sequence: bigint): boolean {
  const last = events.filter((event) => event.sequence < sequence).at(-1);
  if (!last || last.type === JobEventType.REOPENED) return false;
  return !isFinal(last.state) && last.type !== JobEventType.DELETED;
}
