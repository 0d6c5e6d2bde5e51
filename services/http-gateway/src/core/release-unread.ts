import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { FastifyReply } from "fastify";
import type { CoreClients } from "./clients.js";

/** Gives a job back whose claimer went away before it could read the answer; it would be held until its limit. */
export function releaseIfUnread(
  { runners }: Pick<CoreClients, "runners">,
  namespace: string,
  { jobId, attempt: number, runnerId }: Lease,
  reply: FastifyReply,
): void {
  const release = () => {
    if (reply.raw.writableFinished) return;
    const attempt = { jobId, by: { case: "attempt" as const, value: number } };
    const message = "the answer to the claim could not be delivered";
    runners
      .releaseJob({ namespace, runnerId, attempt, message })
      .catch((error: unknown) => reply.log.warn({ err: error, job: jobId }, "an unread claim was not released"));
  };
  if (reply.raw.destroyed) release();
  else reply.raw.once("close", release);
}
