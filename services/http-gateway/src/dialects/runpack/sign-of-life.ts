import { reasonOf } from "@switchyard/errors";
import type { FastifyBaseLogger } from "fastify";
import { mayBeRunnerId, type RunpackContext } from "./context.js";

/**
 * Notes that a runner has called, for the calls that the core does not hear of by themselves. The leases of what it holds stay
 * as they are: a job lives on its own heartbeats, and a runner that was started again and looks for work must not keep
 * alive what it has forgotten. Never rejects; whoever is not registered is passed over.
 */
export async function noteSignOfLife(
  { core, config }: RunpackContext,
  runnerId: string,
  log: FastifyBaseLogger,
): Promise<void> {
  if (!mayBeRunnerId(runnerId)) return;
  await core.runners
    .heartbeat({ namespace: config.namespace, runnerId, presenceOnly: true })
    .catch((error: unknown) => {
      const reason = reasonOf(error);
      if (reason === "RUNNER_NOT_FOUND" || reason === "TOKEN_REVOKED") return;
      log.warn({ err: error, runner: runnerId }, "a sign of life was not noted");
    });
}
