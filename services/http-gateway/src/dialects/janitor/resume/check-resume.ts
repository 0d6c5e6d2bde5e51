import type { Core } from "../core-access.js";
import { newestRuns } from "../documents/runs.js";
import { anyOf } from "../documents/shared.js";
import type { RunRecord } from "../runs/run-record.js";
import { wholeRecord } from "../runs/whole-record.js";

/** Which result is looked for. */
export interface ResumeQuestion {
  readonly campaign: string;
  readonly revision: string | null;
  /** The name of the result's main branch, where no revision is named. */
  readonly branchName: string | null;
}

/** Results that are looked through for a branch's name, the newest first. */
const lookedThrough = 1000;

/** The newest successful result that fits; undefined for none, and for one that was rejected. */
export async function checkResume(core: Core, question: ResumeQuestion): Promise<RunRecord | undefined> {
  const { campaign, revision, branchName } = question;
  const successes = [anyOf("campaign", [campaign]), anyOf("code", ["success"])];
  const found =
    revision !== null
      ? (await newestRuns(core, [...successes, anyOf("revision", [revision])], 1))[0]
      : (await newestRuns(core, successes, lookedThrough)).find((run) => mainBranchOf(run) === branchName);
  return found === undefined || found.publish_status === "rejected" ? undefined : wholeRecord(core, found);
}

/** The name of a result's main branch; empty without one. */
export function mainBranchOf({ branches }: Pick<RunRecord, "branches">): string {
  return (branches ?? []).find(([role]) => role === "main")?.[1] ?? "";
}
