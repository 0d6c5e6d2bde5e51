import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type SubmitJobsRequest,
  type SubmitJobsResponse,
  type SubmittedJob,
  SubmittedJob_Disposition,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { presentTraceparent } from "@switchyard/tracing";
import { type Admission, admit, type JobRequest } from "../domain/core/admit.js";
import type { OpenJob } from "../domain/core/model.js";
import { checkItems } from "../domain/core/check-items.js";
import { openState } from "../domain/core/core-event.js";
import { noFacts } from "../domain/core/reuse.js";
import type { Write } from "../domain/core/writes.js";
import type { Directory, Place } from "../domain/directory.js";
import { readEndedFacts } from "../domain/reads/ended-facts.js";
import { type JobRecord, readRecords } from "../domain/reads/job-record.js";
import type { KnownRequest } from "../domain/shard/request-memory.js";
import { checkName, invalid } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";
import { placeToProto } from "./place-to-proto.js";
import { requestsFromProto, type SpecLimits } from "./spec-from-proto.js";
import { type Answer, reused, splitRepeats } from "./split-repeats.js";
import { timestampFromMicros } from "./stored-values.js";

/** Most jobs in one call. */
const maxItems = 1_000;

/** Admits jobs: checks everything before the first decision, then writes all of them at once. */
export async function submitJobs(
  directory: Directory,
  request: SubmitJobsRequest,
  limits: SpecLimits,
): Promise<SubmitJobsResponse> {
  const { namespace, requestId, items } = request;
  if (items.length === 0 || items.length > maxItems) throw invalid("items", `must be 1 to ${maxItems}`);
  checkName("request_id", requestId, 0, 128);
  const context = { ids: directory.ids(namespace), limits, now: directory.now(), callTrace: presentTraceparent() };
  const requests = requestsFromProto(items, context);
  const place = await directory.open(namespace);
  const callKey = requestId && `call:${requestId}`;
  return toProto(place, request, await decide(place, callKey, requests));
}

async function decide(place: Place, callKey: string, requests: readonly JobRequest[]): Promise<Answer[]> {
  const { term, space } = place;
  const itemKeys = requests.some(({ idempotencyKey }) => idempotencyKey !== "")
    ? requests.map(({ idempotencyKey }) => idempotencyKey && `item:${idempotencyKey}`)
    : [];
  const keys = [callKey, ...itemKeys].filter((key) => key !== "");
  const needsHistory = requests.some(({ parents, reuse }) => reuse !== undefined || parents.length > 0);
  const settled = new Set<Write>();
  for (;;) {
    const stored = await term.requests.read(term.store, space, term.clock.now(), keys);
    term.assertValid();
    const early = term.requests.known(space, keys, stored);
    const call = early.get(callKey);
    if (call) return replayCall(place, requests, call);
    const { facts, close } = needsHistory
      ? await readEndedFacts(term.store, space, splitRepeats(requests, itemKeys, early).fresh)
      : noHistory;
    try {
      term.assertValid();
      // What was decided while history was read is in memory: asked anew, in the same turn as the decision.
      const known = term.requests.known(space, keys, stored);
      if (known.has(callKey)) continue;
      const { fresh, writes, merge } = splitRepeats(requests, itemKeys, known);
      const unsettled = writes.filter((write) => !settled.has(write));
      for (const write of unsettled) {
        await term.write(write);
        settled.add(write);
      }
      if (unsettled.length > 0) continue;
      checkItems(space, fresh, facts());
      const serialsOf = (admissions: readonly Admission[]) => merge(admissions).map(({ serial }) => serial);
      const decision = admit(term.clock.now(), space, callKey, fresh, facts(), serialsOf);
      if ("waitFor" in decision) {
        await term.write(decision.waitFor);
        continue;
      }
      const { write, alsoWait } = decision;
      term.requests.note(write.requests, write, term.clock.now());
      await (alsoWait.length > 0 ? Promise.all([write, ...alsoWait].map((one) => term.write(one))) : term.write(write));
      term.requests.stored(write.requests);
      return merge(decision.admissions);
    } finally {
      close();
    }
  }
}

/** For jobs that have nothing to do with earlier ones. */
const noHistory = { facts: () => noFacts, close: () => undefined };

/** Answers a repeat with the jobs of the first call. It must be the same call: as many items, in the same order. */
async function replayCall({ term }: Place, requests: readonly JobRequest[], known: KnownRequest): Promise<Answer[]> {
  if (known.write) await term.write(known.write);
  if (known.serials.length !== requests.length) throw reused("the request id came with another number of items before");
  return known.serials.map((serial) => ({ serial, disposition: "REPLAYED", job: undefined }));
}

async function toProto(
  place: Place,
  request: SubmitJobsRequest,
  answers: readonly Answer[],
): Promise<SubmitJobsResponse> {
  const { term, space, ids } = place;
  const { returnJobs, wantPosition } = request;
  const records = new Map<number, JobRecord>();
  const asked = new Set<number>();
  // While some are read, others may end.
  for (;;) {
    const serials = answers.filter(({ job }) => returnJobs || !isOpen(job)).map(({ serial }) => serial);
    const missing = [...new Set(serials)].filter((serial) => !asked.has(serial));
    if (missing.length === 0) break;
    for (const serial of missing) asked.add(serial);
    for (const record of await readRecords(term, space, missing, returnJobs)) records.set(record.stored.serial, record);
  }
  const jobs: SubmittedJob[] = [];
  for (const answer of answers) {
    const { serial } = answer;
    const record = records.get(serial);
    const shown = answerToProto(answer, ids.encodeJob(serial), record);
    if (returnJobs && record) shown.job = jobToProto(record, ids, JobView.PAYLOADS);
    const waiting = wantPosition ? space.job(serial) : undefined;
    if (waiting && openState(waiting) === "QUEUED") shown.place = placeToProto(waiting, false);
    jobs.push(shown);
  }
  return { $typeName: "switchyard.scheduler.v1.SubmitJobsResponse", jobs };
}

/** An earlier job that is the answer may end while the call waits for its write: then its object says nothing any more. */
function isOpen(job: OpenJob | undefined): job is OpenJob {
  return job !== undefined && job.phase !== "ending";
}

/** A literal, since a call may have a thousand of them. */
function answerToProto(answer: Answer, jobId: string, record: JobRecord | undefined): SubmittedJob {
  const { serial, disposition } = answer;
  const job = isOpen(answer.job) ? answer.job : undefined;
  // The job of a repeat may have been deleted since: it has neither state nor time any more.
  const state = record?.state ?? (job ? openState(job) : "UNSPECIFIED");
  const createdMicros = job?.createdMicros ?? record?.stored.createdMicros;
  const $typeName = "switchyard.scheduler.v1.SubmittedJob";
  const number = BigInt(serial);
  const how = SubmittedJob_Disposition[disposition];
  if (createdMicros === undefined)
    return { $typeName, jobId, serial: number, disposition: how, state: JobState[state] };
  // Not added later: that would make room beside the object.
  const createTime = timestampFromMicros(createdMicros);
  return { $typeName, jobId, serial: number, disposition: how, state: JobState[state], createTime };
}
