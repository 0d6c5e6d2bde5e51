import { reasonOf } from "@switchyard/errors";
import { exitCodes } from "../exit-codes.js";
import { describeFailure } from "../output/error-text.js";
import type { Check, Examination } from "./examination.js";
import { type Finding, failedCall, skip, type Verdict } from "./finding.js";

/** Gets each finding as it comes. */
export type Tell = (check: string, finding: Finding) => Promise<void>;

/**
 * Runs the checks one after the other and tells each finding.
 *
 * @returns how many findings there were of each verdict
 */
export async function examine(
  checks: readonly Check[],
  examination: Examination,
  tell: Tell,
): Promise<Readonly<Record<Verdict, number>>> {
  const counts = { ok: 0, warn: 0, fail: 0, skip: 0 };
  for (const check of checks) {
    for (const finding of await findingsOf(check, examination)) {
      counts[finding.verdict] += 1;
      await tell(check.name, finding);
    }
  }
  return counts;
}

/** What the process ends with. */
export function exitCodeOf({ fail }: Readonly<Record<Verdict, number>>): number {
  return fail > 0 ? exitCodes.failed : exitCodes.done;
}

async function findingsOf(check: Check, examination: Examination): Promise<readonly Finding[]> {
  const { asks } = check;
  if (asks !== undefined && !examination.reachable.has(asks)) return [skip("not asked: there is no connection")];
  if (asks !== undefined && examination.denied) return [skip("not asked: the caller is refused")];
  try {
    return await check.run(examination);
  } catch (error) {
    // Of a caller that is known, whose token allows other things: no fault of the system.
    if (reasonOf(error) === "PERMISSION_DENIED") return [skip(`not told: ${describeFailure(error).message}`)];
    return [failedCall("the question failed", error)];
  }
}
