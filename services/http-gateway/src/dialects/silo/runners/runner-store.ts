import { reasonOf } from "@switchyard/errors";
import type { Runner } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import type { SiloContext } from "../context.js";
import { notFound } from "../errors.js";
import { failureOutcome } from "../../../core/failure-text.js";
import { allRunners } from "../../../core/runner-pages.js";

type Core = Pick<SiloContext, "core" | "config">;

/**
 * Reads a runner.
 *
 * @throws SiloError 404
 */
export async function getRunner({ core, config }: Core, runnerId: string): Promise<Runner> {
  const { runner } = await core.fleet
    .getRunner({ namespace: config.namespace, runnerId })
    .catch((error: unknown) => Promise.reject(asRunnerError(error, runnerId)));
  if (runner === undefined) throw notFound(`runner ${runnerId}`);
  return runner;
}

/** Reads every runner of the namespace, by name; the core orders them by id. */
export async function listRunners({ core, config }: Core): Promise<Runner[]> {
  const runners = await allRunners(core, config.namespace);
  return runners.sort((a, b) => compare(a.spec?.name ?? "", b.spec?.name ?? "") || compare(a.id, b.id));
}

/**
 * Deletes a runner. Its token stops first, so that it gets nothing new; what it held is then failed as retryable, since a claim
 * that is taken away counts, which a release would not.
 *
 * @throws SiloError 404
 */
export async function deleteRunner(context: Core, runnerId: string): Promise<void> {
  const { core, config } = context;
  const { namespace } = config;
  await core.fleet.revokeRunner({ namespace, runnerId }).catch((error: unknown) => {
    throw asRunnerError(error, runnerId);
  });
  const { held } = await getRunner(context, runnerId);
  const outcome = failureOutcome("runner lost: the runner was deleted", true);
  await Promise.all(
    held.map(async ({ jobId, attempt: value }) => {
      const attempt = { jobId, by: { case: "attempt" as const, value } };
      // What ended meanwhile needs nothing; what could not be ended goes back with the runner itself.
      await core.runners.failJob({ namespace, attempt, outcome }).catch(() => undefined);
    }),
  );
  await core.fleet.revokeRunner({ namespace, runnerId, releaseHeld: true, delete: true });
}

/** Gives the core's "no such runner" the dialect's words. */
export function asRunnerError(error: unknown, runnerId: string): unknown {
  return reasonOf(error) === "RUNNER_NOT_FOUND" ? notFound(`runner ${runnerId}`) : error;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
