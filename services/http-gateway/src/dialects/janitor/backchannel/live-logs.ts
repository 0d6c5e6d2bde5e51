import type { JanitorContext } from "../context.js";
import { JanitorError } from "../errors.js";
import type { Backchannel } from "../runs/claim-info.js";
import { callWorker } from "./worker-call.js";

/** The largest log that is read from a worker, in bytes; each read is a snapshot. */
const maxLogBytes = 64 * 1024 ** 2;

/** The one log that a run in Jenkins has. */
const jenkinsLog = "worker.log";

/** Names of the logs of a run that goes on, as its worker tells them. @throws JanitorError 502 */
export async function liveLogNames(context: JanitorContext, backchannel: Backchannel): Promise<readonly string[]> {
  if (backchannel.kind === "jenkins") return [jenkinsLog];
  const call = { path: "logs", accept: "application/json", maxBytes: 1024 ** 2 };
  const { status, text } = await ask(context, backchannel, call);
  const names = status === 200 ? namesOf(text) : undefined;
  if (names === undefined) throw new JanitorError(502, `the worker answered ${status} when asked for its logs`);
  return names;
}

/** A log of a run that goes on, as it is now; undefined when the worker has none of the name. @throws JanitorError 502 */
export async function liveLog(
  context: JanitorContext,
  backchannel: Backchannel,
  name: string,
): Promise<Buffer | undefined> {
  const isJenkins = backchannel.kind === "jenkins";
  if (isJenkins && name !== jenkinsLog) return undefined;
  const path = isJenkins ? "logText/progressiveText" : `logs/${encodeURIComponent(name)}`;
  const { status, bytes } = await ask(context, backchannel, { path, accept: "text/plain", maxBytes: maxLogBytes });
  if (status === 404) return undefined;
  if (status !== 200) throw new JanitorError(502, `the worker answered ${status} when asked for ${name}`);
  return bytes;
}

async function ask(context: JanitorContext, backchannel: Backchannel, call: Parameters<typeof callWorker>[2]) {
  return callWorker(context, backchannel, call).catch((error: unknown) => {
    throw new JanitorError(502, `the worker cannot be reached: ${(error as Error).message}`);
  });
}

function namesOf(text: string): readonly string[] | undefined {
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : undefined;
  } catch {
    return undefined;
  }
}
