import type { Codebase } from "../catalogue/codebase.js";
import type { Core } from "../core-access.js";
import { has, newestRuns } from "../documents/runs.js";
import { anyOf } from "../documents/shared.js";
import { wholeRecord } from "../runs/whole-record.js";
import type { ResumeFacts } from "../runs/assignment.js";
import type { RunRecord } from "../runs/run-record.js";

/** The newest successful run of a codebase in a campaign that has a revision; undefined for none. */
export async function newestResult(core: Core, codebase: string, campaign: string): Promise<RunRecord | undefined> {
  const where = [
    anyOf("codebase", [codebase]),
    anyOf("campaign", [campaign]),
    anyOf("code", ["success"]),
    has("revision"),
    // Every record has one. Said here, the catalog need not look for those without it.
    has("finish_time"),
  ];
  return (await newestRuns(core, where, 1))[0];
}

/**
 * What a new run of a codebase continues. Upstream looks for the run whose revision is the tip of the proposal's branch; here,
 * without version control, the tip is the newest result. A rejected one is not continued, nor one whose branch has no URL.
 */
export async function resumeFrom(
  core: Core,
  codebase: Codebase,
  newest: RunRecord | undefined,
): Promise<ResumeFacts | undefined> {
  if (newest === undefined || newest.publish_status === "rejected") return undefined;
  const run = await wholeRecord(core, newest);
  const branchUrl = run.target_branch_url ?? remoteUrl(run) ?? codebase.branch_url;
  return branchUrl === null ? undefined : { run, branchUrl };
}

/** The URL of the first remote that a result names. */
function remoteUrl({ remotes }: RunRecord): string | undefined {
  if (typeof remotes !== "object" || remotes === null) return undefined;
  for (const remote of Object.values(remotes as Record<string, unknown>)) {
    const { url } = (typeof remote === "object" && remote !== null ? remote : {}) as { url?: unknown };
    if (typeof url === "string") return url;
  }
  return undefined;
}
