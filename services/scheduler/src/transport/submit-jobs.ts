import { SwitchyardError } from "@switchyard/errors";
import { JobState, JobView } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import {
  type SubmitJobsRequest,
  type SubmitJobsResponse,
  type SubmittedJob,
  SubmittedJob_Disposition,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { type Admission, admit, type JobRequest } from "../domain/core/admit.js";
import { checkItems } from "../domain/core/check-items.js";
import { openState } from "../domain/core/core-event.js";
import type { Write } from "../domain/core/writes.js";
import type { Directory, Place } from "../domain/directory.js";
import { readEndedFacts } from "../domain/reads/ended-facts.js";
import { readRecords } from "../domain/reads/job-record.js";
import type { KnownRequest } from "../domain/shard/request-memory.js";
import { checkName, invalid } from "./fields.js";
import { jobToProto } from "./job-to-proto.js";
import { placeToProto } from "./place-to-proto.js";
import { requestFromProto, type SpecLimits } from "./spec-from-proto.js";
import { timestampFromMicros } from "./stored-values.js";

/** Most jobs in one call. */
const maxItems = 1_000;

/** What stands for one item: what the admission said, or the job of an earlier call. */
type Answer = Admission | { readonly serial: number; readonly disposition: "REPLAYED"; readonly job: undefined };

/** Admits jobs: checks everything before the first decision, then writes all of them at once. */
export async function submitJobs(
  directory: Directory,
  request: SubmitJobsRequest,
  limits: SpecLimits,
): Promise<SubmitJobsResponse> {
  const { namespace, requestId, items } = request;
  if (items.length === 0 || items.length > maxItems) throw invalid("items", `must be 1 to ${maxItems}`);
  checkName("request_id", requestId, 0, 128);
  const context = { ids: directory.ids(namespace), limits, now: directory.now() };
  const requests = items.map((item, i) => requestFromProto(item, context, i));
  const place = await directory.open(namespace);
  const callKey = requestId && `call:${requestId}`;
  return toProto(place, request, await decide(place, callKey, requests));
}

async function decide(place: Place, callKey: string, requests: readonly JobRequest[]): Promise<Answer[]> {
  const { term, space } = place;
  const itemKeys = requests.map(({ idempotencyKey }) => idempotencyKey && `item:${idempotencyKey}`);
  const keys = [callKey, ...itemKeys].filter((key) => key !== "");
  const settled = new Set<Write>();
  for (;;) {
    const { facts, close } = await readEndedFacts(term.pool, space, requests);
    try {
      // Repeats are looked up last: what was decided while history was read is in memory.
      const known = keys.length > 0 ? await term.requests.find(term.pool, space, term.clock.now(), keys) : noRequests;
      term.assertValid();
      const repeat = callKey === "" ? undefined : known.get(callKey);
      if (repeat) return await replayCall(place, requests, repeat);
      const split = splitRepeats(requests, itemKeys, known);
      const unsettled = split.writes.filter((write) => !settled.has(write));
      for (const write of unsettled) await term.write(write);
      for (const write of unsettled) settled.add(write);
      if (unsettled.length > 0) continue;
      checkItems(space, split.fresh, facts());
      const decision = admit(term.clock.now(), space, callKey, split.fresh, facts());
      if ("waitFor" in decision) {
        await term.write(decision.waitFor);
        continue;
      }
      term.requests.note(decision.write.requests, decision.write, term.clock.now());
      await Promise.all([decision.write, ...decision.alsoWait].map((write) => term.write(write)));
      return split.merge(decision.admissions);
    } finally {
      close();
    }
  }
}

const noRequests: ReadonlyMap<string, KnownRequest> = new Map();

/** Answers a repeat with the jobs of the first call. It must be the same call: as many items, and the same digest where there is one. */
async function replayCall({ term }: Place, requests: readonly JobRequest[], known: KnownRequest): Promise<Answer[]> {
  if (known.write) await term.write(known.write);
  if (known.serials.length !== requests.length) throw reused("the request id came with another number of items before");
  return known.serials.map((serial) => ({ serial, disposition: "REPLAYED", job: undefined }));
}

/** Takes out the items that were submitted before, under keys of their own; items that name them as parents name their jobs instead. */
function splitRepeats(
  requests: readonly JobRequest[],
  itemKeys: readonly string[],
  known: ReadonlyMap<string, KnownRequest>,
) {
  const repeats = requests.map((request, i) => {
    const found = itemKeys[i] === "" ? undefined : known.get(itemKeys[i] as string);
    if (found && !sameDigest(found, request)) throw reused("the key of an item came with another content before");
    return found;
  });
  const newIndex = new Map<number, number>();
  for (const [i, repeat] of repeats.entries()) if (!repeat) newIndex.set(i, newIndex.size);
  const fresh = requests.flatMap((request, i) => {
    if (repeats[i]) return [];
    if (newIndex.size === requests.length || request.parents.length === 0) return [request];
    const parents = request.parents.map((parent) => {
      if (!("item" in parent)) return parent;
      const { item, ...how } = parent;
      const serial = repeats[item]?.serials[0];
      return serial === undefined ? { item: newIndex.get(item) ?? requests.length, ...how } : { serial, ...how };
    });
    return [{ ...request, parents }];
  });
  return {
    fresh,
    writes: repeats.flatMap((repeat) => (repeat?.write ? [repeat.write] : [])),
    merge: (admissions: readonly Admission[]): Answer[] =>
      requests.map((_, i) => {
        const serial = repeats[i]?.serials[0];
        if (serial !== undefined) return { serial, disposition: "REPLAYED", job: undefined };
        return admissions[newIndex.get(i) as number] as Admission;
      }),
  };
}

function sameDigest({ fingerprint }: KnownRequest, request: JobRequest): boolean {
  return !fingerprint || Buffer.compare(fingerprint, request.fingerprint ?? new Uint8Array()) === 0;
}

function reused(message: string): SwitchyardError {
  return new SwitchyardError("REQUEST_ID_REUSED", message, {});
}

async function toProto(
  place: Place,
  request: SubmitJobsRequest,
  answers: readonly Answer[],
): Promise<SubmitJobsResponse> {
  const { term, space, ids } = place;
  const needsRecord = request.returnJobs || answers.some(({ job }) => !job);
  const shown = needsRecord ? answers.filter(({ job }) => request.returnJobs || !job).map(({ serial }) => serial) : [];
  const records = needsRecord ? await readRecords(term.pool, space, [...new Set(shown)], request.returnJobs) : [];
  const bySerial = new Map(records.map((record) => [record.stored.serial, record]));
  const jobs = answers.map(({ serial, disposition, job }): SubmittedJob => {
    const record = needsRecord ? bySerial.get(serial) : undefined;
    const state = record?.state ?? (job ? openState(job) : "QUEUED");
    // A literal, since a call may have a thousand of them.
    const shown: SubmittedJob = {
      $typeName: "switchyard.scheduler.v1.SubmittedJob",
      jobId: ids.encode({ serial, reopen: 0, attempt: 0 }),
      serial: BigInt(serial),
      disposition: SubmittedJob_Disposition[disposition],
      state: JobState[state],
      createTime: timestampFromMicros(job?.createdMicros ?? record?.stored.createdMicros ?? 0),
    };
    if (request.returnJobs && record) shown.job = jobToProto(record, ids, JobView.PAYLOADS);
    const waiting = request.wantPosition ? space.job(serial) : undefined;
    if (waiting && openState(waiting) === "QUEUED") shown.place = placeToProto(waiting, false);
    return shown;
  });
  return { $typeName: "switchyard.scheduler.v1.SubmitJobsResponse", jobs };
}
