import type { FastifyBaseLogger } from "fastify";
import type { RelayConfig } from "./config.js";
import type { Submission } from "./job-spec.js";

/** A relay that does not answer must not hold up submissions for longer. */
const timeoutMs = 5_000;

/** Announces a new job, if there is a relay to do it at. Never rejects: the job is there, and runners ask for it anyhow. */
export async function announceJob(
  relay: RelayConfig | undefined,
  jobId: string,
  { jobType, hash }: Submission,
  log: FastifyBaseLogger,
): Promise<void> {
  if (relay === undefined) return;
  const message = { type: "new_job", job_id: jobId, job_hash: hash, job_type: jobType, timestamp: Date.now() };
  try {
    const answer = await fetch(`${relay.baseUrl}/publish`, {
      method: "POST",
      headers: { Authorization: relay.publishKey, "Content-Type": "application/json" },
      body: JSON.stringify({ topic: "runpack_notifications", message: JSON.stringify(message) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`the relay answered ${answer.status}`);
  } catch (error) {
    log.warn({ err: error, job: jobId }, "a new job was not announced");
  }
}
