import { create } from "@bufbuild/protobuf";
import {
  type DismissJobsRequest,
  type DismissJobsResponse,
  DismissJobsResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { dismissal } from "../domain/core/dismiss.js";
import type { Directory, Place } from "../domain/directory.js";
import { isFinal } from "../domain/reads/final-state.js";
import { jobTurn } from "../domain/shard/turns.js";
import { RecordReads } from "../domain/reads/record-reads.js";
import { type Effect, resultsToProto, targetsOf } from "./job-results.js";

/** Takes jobs out of the dead letters. One that is in none stays as it is, and that is no error. */
export async function dismissJobs(directory: Directory, request: DismissJobsRequest): Promise<DismissJobsResponse> {
  const place = await directory.open(request.namespace);
  const targets = await targetsOf(place, request, (filter) => ({ ...filter, deadLetters: true }));
  const reads = new RecordReads();
  const effects = await Promise.all(targets.map(({ serial }) => dismissOne(place, reads, serial)));
  return create(DismissJobsResponseSchema, { results: await resultsToProto(place, targets, effects) });
}

function dismissOne(place: Place, reads: RecordReads, serial: number): Promise<Effect> {
  const { term, space } = place;
  return term.turns.take(jobTurn(space, serial), async () => {
    const record = await reads.read(place, serial);
    term.assertValid();
    if (!record) return { serial, reason: "JOB_NOT_FOUND" };
    const { state } = record;
    if (!isFinal(state)) return { serial, previous: state, reason: "WRONG_STATE" };
    if (record.stored.isDeadLetter) await term.write(dismissal(term.clock.now(), space, record));
    return { serial, previous: state };
  });
}
