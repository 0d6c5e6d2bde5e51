import { callWorker } from "../backchannel/worker-call.js";
import type { JanitorContext } from "../context.js";
import type { Backchannel } from "../runs/claim-info.js";
import type { PingFinding } from "../runs/life-signs.js";

/** Asks a worker whether it has a run. What it cannot answer is a finding too. */
export async function pingWorker(
  context: Pick<JanitorContext, "config" | "mayCall" | "stopping">,
  backchannel: Backchannel,
  runId: string,
): Promise<PingFinding> {
  const path = backchannel.kind === "jenkins" ? "api/json" : "log-id";
  try {
    const call = { path, accept: "application/json", maxBytes: 1024 ** 2 };
    const { status, text } = await callWorker(context, backchannel, call);
    return backchannel.kind === "jenkins" ? buildFinding(status, text) : runFinding(status, text, runId);
  } catch {
    return "unreachable";
  }
}

/** The worker says the id of its run: as JSON, or as the bare text that upstream compares it with. */
export function runFinding(status: number, text: string, runId: string): PingFinding {
  if (status !== 200) return "unreachable";
  const said = text.trim();
  return said === runId || said === JSON.stringify(runId) ? "healthy" : "different-run";
}

/** What a build in Jenkins says about itself. */
export function buildFinding(status: number, text: string): PingFinding {
  if (status === 404) return "not-found";
  if (status !== 200) return "unreachable";
  try {
    const { result } = JSON.parse(text) as { readonly result?: unknown };
    return result === "FAILURE" ? "failed" : "healthy";
  } catch {
    return "unreachable";
  }
}
