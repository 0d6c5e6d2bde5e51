import { fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { reasonOf } from "@switchyard/errors";
import { type JobSpec, JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { Core } from "../core-access.js";
import { collectionNames } from "../names.js";
import { bodyOf, listDocuments, putJson, writeAll } from "./shared.js";

// Items on their way to another host, by the id of the job that they were. While such a document is there, whoever reads it can end the move.

const collection = collectionNames.moves;

/** An item that is taken out of the queue to be queued again. */
export interface Move {
  /** The job that it was. */
  readonly jobId: string;
  /** What it is queued as. */
  readonly spec: JobSpec;
}

interface Body {
  readonly started_ms: number;
  readonly spec: JsonValue;
}

/** Notes that a move begins. False when somebody is at it already. */
export async function noteMove(core: Core, { jobId, spec }: Move): Promise<boolean> {
  const body: Body = { started_ms: Date.now(), spec: toJson(JobSpecSchema, spec) };
  return writeAll(core, [{ ...putJson(collection, jobId, body), expect: { absent: true } }]).then(
    () => true,
    (error: unknown) => (reasonOf(error) === "ALREADY_EXISTS" ? false : Promise.reject(error)),
  );
}

/** Forgets a move that has ended. */
export async function dropMove(core: Core, { jobId }: Pick<Move, "jobId">): Promise<void> {
  await writeAll(core, [{ collection, key: jobId, operation: { case: "delete", value: {} } }]);
}

/** The moves that began before a time and have not ended. @param beforeMs milliseconds since 1970 */
export async function movesBegunBefore(core: Core, beforeMs: number): Promise<Move[]> {
  const moves: Move[] = [];
  for await (const document of listDocuments(core, { collection })) {
    const { started_ms: startedMs, spec } = bodyOf<Body>(document);
    if (startedMs < beforeMs) moves.push({ jobId: document.key, spec: fromJson(JobSpecSchema, spec) });
  }
  return moves;
}
