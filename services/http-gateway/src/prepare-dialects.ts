import { setTimeout as delay } from "node:timers/promises";
import type { Logger, Readiness } from "@switchyard/service-kit";
import type { Dialect } from "./dialect.js";

/**
 * Lets every dialect set up what it keeps in the core. Returns when each has tried once; one that failed tries again until
 * it has succeeded or the gateway ends, and until then the gateway is not ready.
 */
export async function prepareDialects(
  dialects: readonly Dialect[],
  {
    readiness,
    logger,
    stopping,
  }: { readonly readiness: Readiness; readonly logger: Logger; readonly stopping: AbortSignal },
): Promise<void> {
  await Promise.all(
    dialects.map(async ({ name, prepare }) => {
      if (prepare === undefined) return;
      const reason = `preparing ${name}`;
      readiness.block(reason);
      const succeeds = () =>
        prepare().then(
          () => {
            readiness.unblock(reason);
            return true;
          },
          (error: unknown) => {
            logger.warn({ err: error, dialect: name }, "a dialect could not be prepared");
            return false;
          },
        );
      if (!(await succeeds())) void repeat(succeeds, stopping);
    }),
  );
}

async function repeat(succeeds: () => Promise<boolean>, stopping: AbortSignal): Promise<void> {
  for (let waitMs = 250; !stopping.aborted; waitMs = Math.min(2 * waitMs, 5_000)) {
    await delay(waitMs, undefined, { signal: stopping, ref: false }).catch(() => undefined);
    if (stopping.aborted || (await succeeds())) return;
  }
}
