import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { FastifyReply } from "fastify";
import { itemError } from "../../../core/item-error.js";
import type { Core } from "../core-access.js";

/**
 * Reports a run as started once the assignment has gone out to its worker. Before that, whatever happens here, the item is
 * queued again when its lease ends.
 */
export function startOnceSent({ core, config: { namespace } }: Core, lease: Lease, reply: FastifyReply): void {
  const { jobId, attempt: number, runnerId } = lease;
  const attempt = { jobId, by: { case: "attempt" as const, value: number } };
  const start = async () => {
    const reports = [{ attempt, report: { case: "start" as const, value: {} } }];
    const { results } = await core.runners.reportAttempts({ namespace, runnerId, reports });
    const refused = results[0] === undefined ? undefined : itemError(results[0]);
    if (refused !== undefined) throw refused;
  };
  reply.raw.once("finish", () => {
    start().catch((error: unknown) => reply.log.warn({ err: error, job: jobId }, "a run was not reported as started"));
  });
}
