import fc from "fast-check";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { SubmittedJob_Disposition as Disposition } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { OnConflict, ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { isFinal, type Model, type ModelJob, type Say } from "../model/model.js";
import { storyOf } from "../model/replay.js";
import { type Feature, itemPart, type Rule } from "./feature.js";

const { ACTIVE, SUCCEEDED, FAILED, CANCELLED, TIMED_OUT } = ReuseState;

/** Jobs that may stand for others with the same key: open ones always, ended ones by their states. */
export const reuseFeature: Feature = {
  name: "reuse",
  item: itemPart({
    oneIn: 3,
    data: fc.record({
      key: fc.constantFrom("a", "b"),
      states: fc.constantFrom<ReuseState[]>(
        [ACTIVE],
        [ACTIVE, SUCCEEDED],
        [ACTIVE, SUCCEEDED, FAILED, CANCELLED, TIMED_OUT],
      ),
      onConflict: fc.constantFrom(OnConflict.RETURN, OnConflict.REPLACE_UNLESS_WORSE_CLASS, OnConflict.KEEP_BEST_ORDER),
    }),
    spec: (_, reuse) => ({ reuse }),
  }),
  watch: (model, job, event, say) => {
    if (event.type === JobEventType.SUBMITTED) keyIsFree(model, job, say);
  },
  rules: [standInsFit],
};

const keyOf = (spec: { readonly reuse?: { readonly key?: string } | undefined } | undefined) =>
  spec?.reuse?.key || undefined;

/** A new job takes its key only when no open job has it. One that was opened again may have lost it to another. */
function keyIsFree(model: Model, job: ModelJob, say: Say): void {
  const key = keyOf(job.item?.spec);
  if (key === undefined) return;
  for (const other of model.jobs.values()) {
    const isOpen = other !== job && !isFinal(other.state) && !other.deleted;
    if (isOpen && other.reopen === 0 && keyOf(other.item?.spec) === key)
      say(`takes key ${key}, which an open job has\n    ${storyOf(other)}`);
  }
}

/** The job that an item is answered with has the item's key, and was in a state that the item accepts. */
function standInsFit({ evidence, model }: Parameters<Rule>[0], say: Parameters<Rule>[1]): void {
  for (const { request, answer } of evidence.history.of("submitJobs")) {
    for (const [i, { jobId, disposition }] of (answer?.jobs ?? []).entries()) {
      const spec = request.items?.[i]?.spec;
      const job = model.jobs.get(jobId);
      if (!job?.item || disposition === Disposition.CREATED || disposition === Disposition.REPLAYED) continue;
      if (keyOf(spec) === undefined || keyOf(job.item.spec) !== keyOf(spec))
        say(`a job with another key stands for an item of key ${keyOf(spec)}\n    ${storyOf(job)}`);
      const accepted = (spec?.reuse?.states ?? []).map((state) => JobState[ReuseState[state] as keyof typeof JobState]);
      if (disposition === Disposition.CACHED && !job.ends.some((end) => accepted.includes(end)))
        say(`a job that has not ended so stands for an item\n    ${storyOf(job)}`);
      if (disposition === Disposition.AMENDED && !job.events.some(({ type }) => type === JobEventType.AMENDED))
        say(`an amendment was acknowledged and did not happen\n    ${storyOf(job)}`);
    }
  }
}
