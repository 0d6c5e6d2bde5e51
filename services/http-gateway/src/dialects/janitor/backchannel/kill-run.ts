import type { JanitorContext } from "../context.js";
import { JanitorError } from "../errors.js";
import { readClaimInfo } from "../runs/claim-info.js";
import type { Run } from "../runs/find-run.js";
import { callWorker } from "./worker-call.js";

const notSupported = "kill not supported for this type of run";
const restarted = "worker has no active run - it may have restarted while this run was in progress";

/**
 * Asks the worker of a run to stop it. The run goes on until the worker finishes it.
 *
 * @throws JanitorError 501 for a run that cannot be stopped, 410 when the worker has no run, 502 when it answers otherwise or
 *   not at all
 */
export async function killRun(context: JanitorContext, { attempt }: Run): Promise<void> {
  const { backchannel } = readClaimInfo(attempt.claimInfo, attempt.runnerId);
  if (backchannel?.kind !== "http") throw new JanitorError(501, notSupported);
  const call = { method: "POST" as const, path: "kill", accept: "application/json", maxBytes: 1024 ** 2 };
  const { status } = await callWorker(context, backchannel, call).catch((error: unknown) => {
    throw new JanitorError(502, `the worker cannot be reached: ${(error as Error).message}`);
  });
  if (status >= 200 && status < 300) return;
  if (status === 501) throw new JanitorError(501, notSupported);
  if (status === 410) throw new JanitorError(410, restarted);
  throw new JanitorError(502, `the worker answered ${status} when asked to stop`);
}
