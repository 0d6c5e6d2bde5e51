import { create } from "@bufbuild/protobuf";
import {
  type DeleteJobsRequest,
  type DeleteJobsResponse,
  DeleteJobsResponseSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { openState } from "../domain/core/core-event.js";
import { deleteEnded, deleteOpen } from "../domain/core/delete.js";
import type { JobState } from "../domain/core/model.js";
import type { Directory, Place } from "../domain/directory.js";
import { endFactsOf } from "../domain/reads/end-facts-of.js";
import { jobTurn } from "../domain/shard/turns.js";
import { RecordReads } from "../domain/reads/record-reads.js";
import { checkName } from "./fields.js";
import { type Effect, resultsToProto, targetsOf } from "./job-results.js";
import { stateFromProto } from "./states.js";

/** Deletes jobs in any state, one after the other in the order of the request, so that a repeated one is not found the second time. */
export async function deleteJobs(directory: Directory, request: DeleteJobsRequest): Promise<DeleteJobsResponse> {
  const expected = request.expectedStates.map(stateFromProto);
  const actor = checkName("actor", request.actor, 0, 255);
  const place = await directory.open(request.namespace);
  const targets = await targetsOf(place, request);
  const reads = new RecordReads();
  const seen = new Set<number>();
  const effects = await Promise.all(
    targets.map(({ serial }): Promise<Effect> => {
      if (seen.has(serial)) return Promise.resolve({ serial, reason: "JOB_NOT_FOUND" });
      seen.add(serial);
      return deleteOne(place, reads, serial, expected, actor);
    }),
  );
  return create(DeleteJobsResponseSchema, { results: await resultsToProto(place, targets, effects) });
}

function deleteOne(
  place: Place,
  reads: RecordReads,
  serial: number,
  expected: readonly JobState[],
  actor: string,
): Promise<Effect> {
  const { term, space } = place;
  const isExpected = (state: JobState) => expected.length === 0 || expected.includes(state);
  return term.turns.take(jobTurn(space, serial), async () => {
    for (;;) {
      term.assertValid();
      const record = await reads.read(place, serial);
      term.assertValid();
      const open = space.job(serial);
      if (!open) {
        if (!record || record.open) {
          if (!record) return { serial, reason: "JOB_NOT_FOUND" };
          continue;
        }
        if (!isExpected(record.state)) return { serial, previous: record.state, reason: "WRONG_STATE" };
        await term.write(deleteEnded(term.clock.now(), space, record, endFactsOf(record), actor));
        return { serial, previous: record.state, record };
      }
      const previous = openState(open);
      if (!open.pending && !isExpected(previous)) return { serial, previous, reason: "WRONG_STATE" };
      const decision = deleteOpen(term.clock.now(), open, actor);
      if ("waitFor" in decision) {
        await term.write(decision.waitFor);
        continue;
      }
      await Promise.all(decision.writes.map((write) => term.write(write)));
      return { serial, previous, record };
    }
  });
}
