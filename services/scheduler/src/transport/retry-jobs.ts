import { create } from "@bufbuild/protobuf";
import {
  type RetryJobsRequest,
  type RetryJobsResponse,
  RetryJobsResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { openState } from "../domain/core/core-event.js";
import type { JobState } from "../domain/core/model.js";
import { type NewOrder, reopen } from "../domain/core/reopen.js";
import type { Directory, Place } from "../domain/directory.js";
import { isFinal } from "../domain/reads/final-state.js";
import { jobTurn } from "../domain/shard/turns.js";
import { endedJob, readEnded } from "../domain/reads/open-or-ended.js";
import { checkName, invalid } from "./fields.js";
import { type Effect, resultsToProto, targetsOf } from "./job-results.js";
import { orderFromProto } from "./spec-from-proto.js";
import { stateFromProto } from "./states.js";
import { extrasOf } from "./stored-values.js";

interface Retry {
  readonly order: NewOrder;
  readonly expected: readonly JobState[];
  readonly actor: string;
  readonly requestId: string;
}

/** Opens jobs that have ended once more, each by itself. A repeat under the same request id finds them open and says so without an error. */
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
  const targets = await targetsOf(place, request, undefined);
  const effects = await Promise.all(targets.map(({ serial }) => retryOne(place, serial, retry)));
  return create(RetryJobsResponseSchema, { results: await resultsToProto(place, targets, effects) });
}

function retryOne({ term, space }: Place, serial: number, retry: Retry): Promise<Effect> {
  return term.turns.take(jobTurn(space, serial), async () => {
    for (;;) {
      term.assertValid();
      const open = space.job(serial);
      if (open?.pending) {
        await term.write(open.pending);
        continue;
      }
      if (open) {
        const repeated = retry.requestId !== "" && term.retries.get(`${space.id}/${serial}`) === retry.requestId;
        return { serial, previous: openState(open), ...(!repeated && { reason: "WRONG_STATE" }) };
      }
      const record = await readEnded(term.pool, space, serial);
      term.assertValid();
      if (!record) return { serial, reason: "JOB_NOT_FOUND" };
      // Its end was committed while it was read: the next look finds it.
      if (record.open) continue;
      const { state } = record;
      if (!retry.expected.includes(state)) return { serial, previous: state, reason: "WRONG_STATE" };
      const { concurrencyKeys, rateKeys, fairnessKey } = extrasOf(record.stored.extras);
      const traits = space.lanes.traitsFor([...concurrencyKeys].sort(), [...rateKeys].sort(), fairnessKey);
      const { write } = reopen(term.clock.now(), space, endedJob(record, traits), retry.order, retry.actor);
      term.retries.note(`${space.id}/${serial}`, retry.requestId);
      await term.write(write);
      return { serial, previous: state };
    }
  });
}
