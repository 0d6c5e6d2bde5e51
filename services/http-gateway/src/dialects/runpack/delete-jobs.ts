import { reasonOf } from "@switchyard/errors";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import type { JobResult } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import type { FastifyBaseLogger } from "fastify";
import { itemError } from "../../core/item-error.js";
import { mayBeJobId, type RunpackContext } from "./context.js";

/** What became of a deletion. */
export interface Deletion {
  readonly deleted: number;
  /** What was named and is no job, or no job any more, in the order of the call. */
  readonly failed: readonly unknown[];
}

/**
 * Ids in one call. The core takes 1000, and looks at each job by itself; with so many, other calls of the shard would wait
 * noticeably.
 */
const maxIds = 100;

/**
 * Deletes jobs in any status, as if one by one in their order: of an id that is named twice the second one fails. Their
 * logs go too; a failure there is only logged, since the jobs are gone and nothing leads to their logs any more.
 */
export async function deleteJobs(
  context: RunpackContext,
  named: readonly unknown[],
  log: FastifyBaseLogger,
): Promise<Deletion> {
  const deleted = new Set<string>();
  const wanted = [...new Set(named.filter(mayBeJobId))];
  for (let at = 0; at < wanted.length; at += maxIds) {
    for (const id of await deleteSome(context, wanted.slice(at, at + maxIds))) deleted.add(id);
  }
  await deleteLogs(context, [...deleted], log);
  const left = new Set(deleted);
  // The first mention of a job has deleted it.
  const failed = named.filter((id) => !(mayBeJobId(id) && left.delete(id)));
  return { deleted: deleted.size, failed };
}

/** The ids of those that were deleted. The core refuses a call for a single id that it cannot have made; then each goes alone. */
async function deleteSome(context: RunpackContext, ids: readonly string[]): Promise<string[]> {
  const { core, config } = context;
  try {
    const request = { namespace: config.namespace, jobIds: [...ids], actor: "runpack" };
    const { results } = await core.jobs.deleteJobs(request);
    return results.filter(wasDeleted).map(({ jobId }) => jobId);
  } catch (error) {
    if (reasonOf(error) !== "MALFORMED_ID") throw error;
    if (ids.length === 1) return [];
    const deleted: string[] = [];
    for (const id of ids) deleted.push(...(await deleteSome(context, [id])));
    return deleted;
  }
}

function wasDeleted(result: JobResult): boolean {
  if (result.reason === ErrorReason.JOB_NOT_FOUND) return false;
  const error = itemError(result);
  if (error !== undefined) throw error;
  return true;
}

async function deleteLogs(
  { core, config }: RunpackContext,
  jobIds: readonly string[],
  log: FastifyBaseLogger,
): Promise<void> {
  for (let at = 0; at < jobIds.length; at += maxIds) {
    const request = { namespace: config.namespace, jobIds: jobIds.slice(at, at + maxIds) };
    await core.logs
      .deleteLogs(request)
      .catch((error: unknown) => log.warn({ err: error, jobs: request.jobIds.length }, "logs were not deleted"));
  }
}
