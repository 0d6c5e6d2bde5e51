import type { LiveAttempt, OutcomeKind } from "../core/model.js";
import { type AttemptName, findAttempt } from "../core/report.js";
import type { Place } from "../directory.js";
import type { RecordReads } from "./record-reads.js";
import { judgeReport, type ReportVerdict } from "./refusal.js";

/**
 * The live attempt that is meant, or the verdict from the job's history. Writes that are on the way are waited for. The attempt is live at
 * the moment of return: decide about it before the next `await`.
 */
export async function findHeld(
  place: Place,
  reads: RecordReads,
  serial: number,
  name: AttemptName,
  runnerId: string,
  kind: OutcomeKind | undefined,
): Promise<{ readonly live: LiveAttempt } | { readonly verdict: ReportVerdict }> {
  const { term, space } = place;
  for (;;) {
    term.assertValid();
    const found = findAttempt(space.job(serial), name);
    if (typeof found === "object" && "waitFor" in found) {
      await term.write(found.waitFor);
      continue;
    }
    if (typeof found === "object" && (runnerId === "" || found.live.runner.id === runnerId)) return found;
    const record = await reads.read(place, serial);
    // What was found stale may have moved on while the history was read; only a job that is as it was can be judged.
    if (record?.open?.pending) {
      await term.write(record.open.pending);
      continue;
    }
    return { verdict: judgeReport(record, name, kind) };
  }
}
