import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { FastifyBaseLogger, FastifyReply } from "fastify";
import type { CoreClients } from "./clients.js";

/** Gives a job back whose claimer went away before it could read the answer; it would be held until its limit. */
export function releaseIfUnread(
  core: Pick<CoreClients, "runners">,
  namespace: string,
  lease: Lease,
  reply: FastifyReply,
): void {
  const release = () => {
    if (reply.raw.writableFinished) return;
    giveBack(core, namespace, lease, "the answer to the claim could not be delivered", reply.log);
  };
  if (reply.raw.destroyed) release();
  else reply.raw.once("close", release);
}

/** Gives a job back that its claimer will not hear of. Nobody waits for it; a failure is logged. */
export function giveBack(
  { runners }: Pick<CoreClients, "runners">,
  namespace: string,
  { jobId, attempt: number, runnerId }: Lease,
  message: string,
  log: FastifyBaseLogger,
): void {
  const attempt = { jobId, by: { case: "attempt" as const, value: number } };
  runners
    .releaseJob({ namespace, runnerId, attempt, message })
    .catch((error: unknown) => log.warn({ err: error, job: jobId }, "a claim that nobody heard of was not released"));
}
