import { create } from "@bufbuild/protobuf";
import { type Coalescer, createCoalescer } from "@switchyard/collections";
import {
  type RetryJobsRequest,
  type RetryJobsResponse,
  RetryJobsResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { openState } from "../domain/core/core-event.js";
import type { JobState } from "../domain/core/model.js";
import type { Traits } from "../domain/core/group.js";
import type { Namespace } from "../domain/core/namespace.js";
import { maxReopens, type NewOrder, reopen } from "../domain/core/reopen.js";
import type { Directory, Place } from "../domain/directory.js";
import { isFinal } from "../domain/reads/final-state.js";
import type { JobRecord } from "../domain/reads/job-record.js";
import type { KnownRequest } from "../domain/shard/request-memory.js";
import { jobTurn } from "../domain/shard/turns.js";
import { endedJob } from "../domain/reads/open-or-ended.js";
import { RecordReads } from "../domain/reads/record-reads.js";
import { checkName, invalid } from "./fields.js";
import { type Effect, resultsToProto, targetsOf } from "./job-results.js";
import { orderFromProto } from "./spec-from-proto.js";
import { stateFromProto } from "./states.js";
import { extrasOf } from "./stored-values.js";

/** Request keys in one read. */
const maxRequestKeys = 1_000;

interface Retry {
  readonly order: NewOrder;
  readonly expected: readonly JobState[];
  readonly actor: string;
  readonly requestId: string;
}

/** What the jobs of one call read, together. */
interface Reads {
  readonly records: RecordReads;
  /** What is stored under a request key. */
  readonly requests: Coalescer<string, KnownRequest | undefined>;
}

/** Opens jobs that have ended once more, each by itself. A repeat under the same request id changes nothing and is no error, wherever the jobs are by then. */
export async function retryJobs(directory: Directory, request: RetryJobsRequest): Promise<RetryJobsResponse> {
  const { jobIds, order, expectedStates, actor, requestId } = request;
  if (jobIds.length === 0) throw invalid("job_ids", "name the jobs");
  const expected = expectedStates.map(stateFromProto);
  if (!expected.every(isFinal)) throw invalid("expected_states", "must be end states");
  const retry: Retry = {
    order: order && orderFromProto(order),
    expected: expected.length > 0 ? expected : ["FAILED", "TIMED_OUT", "CANCELLED"],
    actor: checkName("actor", actor, 0, 255),
    requestId: checkName("request_id", requestId, 0, 128),
  };
  const place = await directory.open(request.namespace);
  const targets = await targetsOf(place, request);
  const { term, space } = place;
  const reads: Reads = {
    records: new RecordReads(),
    requests: createCoalescer({
      clock: term.clock,
      maxItems: maxRequestKeys,
      flush: async (keys) => {
        const stored = await term.requests.read(term.store, space, term.clock.now(), keys);
        return keys.map((key) => stored.get(key));
      },
    }),
  };
  const effects = await Promise.all(targets.map(({ serial }) => retryOne(place, reads, serial, retry)));
  return create(RetryJobsResponseSchema, { results: await resultsToProto(place, targets, effects) });
}

function retryOne(place: Place, reads: Reads, serial: number, retry: Retry): Promise<Effect> {
  const { term, space } = place;
  return term.turns.take(jobTurn(space, serial), async () => {
    if (await isRepeat(place, reads, requestKeyOf(retry, serial))) return { serial };
    for (;;) {
      term.assertValid();
      const open = space.job(serial);
      if (open?.pending) {
        await term.write(open.pending);
        continue;
      }
      if (open) return { serial, previous: openState(open), reason: "WRONG_STATE" };
      const record = await reads.records.read(place, serial);
      term.assertValid();
      if (!record) return { serial, reason: "JOB_NOT_FOUND" };
      // Its end was committed while it was read: the next look finds it.
      if (record.open) continue;
      const { state } = record;
      if (!retry.expected.includes(state)) return { serial, previous: state, reason: "WRONG_STATE" };
      const ended = endedJob(record, traitsOf(space, record));
      if (ended.reopen >= maxReopens) return { serial, previous: state, reason: "QUOTA_EXCEEDED" };
      const by = { actor: retry.actor, requestKey: requestKeyOf(retry, serial) };
      const { write } = reopen(term.clock.now(), space, ended, retry.order, by);
      await term.write(write);
      return { serial, previous: state };
    }
  });
}

/** A call that is repeated may be so after its job has ended once more: what it did is kept for each of its jobs. */
function requestKeyOf({ requestId }: Retry, serial: number): string {
  return requestId && `retry:${requestId}:${serial}`;
}

/** Whether this call has opened the job before. The turn keeps others from doing so meanwhile. */
async function isRepeat({ term, space }: Place, { requests }: Reads, key: string): Promise<boolean> {
  if (key === "") return false;
  const stored = await requests.add(key);
  return stored !== undefined || term.requests.known(space, [key], new Map()).has(key);
}

function traitsOf(space: Namespace, { stored }: JobRecord): Traits {
  const { concurrencyKeys, rateKeys, fairnessKey } = extrasOf(stored);
  return space.lanes.traitsFor([...new Set(concurrencyKeys)].sort(), [...new Set(rateKeys)].sort(), fairnessKey);
}
