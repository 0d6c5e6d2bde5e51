import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { type JobSpec, JobSpecSchema, RelativeRank_Base } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { HoldMode, LostLeaseAction, OnConflict, ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { coreName } from "../../../core/core-name.js";
import { hostLabel, runQueue } from "../names.js";
import { rankClassOf } from "./buckets.js";
import { itemInputText } from "./item-input.js";
import type { QueueRequest } from "./queue-item.js";

/** Where an item stands: before or behind all others by the offset, or at a priority that it had before. */
export type Place = { readonly offset: number } | { readonly priority: number };

/**
 * Says what a queue item is to the core. Its campaign is the kind, its codebase the subject, its bucket the rank class; an open
 * item of the same codebase, campaign and change set takes over what is new, unless the new bucket is worse. An assignment
 * that nobody got to see is queued again, any number of times; a worker that is lost later ends the run.
 *
 * @param leaseMs how long an assignment lasts that says nothing else
 */
export function jobSpecOf(request: Omit<QueueRequest, "offset">, place: Place, leaseMs: number): JobSpec {
  const { codebase, campaign, changeSet, host } = request;
  const rankBy =
    "priority" in place
      ? { case: "rank" as const, value: place.priority }
      : { case: "relative" as const, value: { base: RelativeRank_Base.MIN_OPEN_RANK, offset: place.offset } };
  return create(JobSpecSchema, {
    queue: runQueue,
    kind: campaign,
    subject: codebase,
    laneLabels: host === undefined ? {} : { [hostLabel]: host },
    input: { data: Buffer.from(itemInputText(request)), contentType: "application/json" },
    order: { rankClass: rankClassOf(request.bucket), rankBy, weight: request.estimatedDuration },
    policies: {
      maxAttempts: 1,
      budget: { ignoreLostBeforeStart: true },
      lease: durationFromMs(leaseMs),
      hold: HoldMode.ATTEMPT,
      lost: { beforeStart: LostLeaseAction.REQUEUE, afterStart: LostLeaseAction.FAIL },
    },
    reuse: {
      // The core's limit of a key is that of a name.
      key: coreName(JSON.stringify([codebase, campaign, changeSet ?? ""]), 512),
      states: [ReuseState.ACTIVE],
      onConflict: OnConflict.REPLACE_UNLESS_WORSE_CLASS,
    },
  });
}
