import { itemError } from "../../../core/item-error.js";
import type { Logger } from "@switchyard/service-kit";
import { resumedRunOf } from "../documents/assignments.js";
import type { JanitorContext } from "../context.js";
import { fewAtATime } from "../few-at-a-time.js";
import { keepaliveOf } from "../runs/active-run-view.js";
import { readClaimInfo } from "../runs/claim-info.js";
import { bareRecord } from "../runs/end-record.js";
import { activeRuns, findRun, type Run } from "../runs/find-run.js";
import { type LifeSigns, lifeSignBytes, lifeSignsOf, type PingFinding } from "../runs/life-signs.js";
import { reportEnd } from "../runs/report-end.js";
import { settleRun } from "../runs/settle-run.js";
import { pingWorker } from "./ping-worker.js";

/** Workers that are asked side by side; each may take a minute to answer. */
const pingsAtATime = 32;

/** What ends a run at once: its worker is there and does not have it. */
const isOver: ReadonlySet<PingFinding> = new Set<PingFinding>(["different-run", "not-found", "failed"]);

/**
 * Asks the workers of the active runs whether they still have them, where that has not been heard for a third of the time that a
 * run may be silent. An answer keeps the run; a worker that has another run has lost it; one that does not answer loses it
 * when its lease ends, which is the core's to say.
 */
export async function watchRuns(context: JanitorContext, logger: Logger): Promise<void> {
  const dueMs = Date.now() - context.config.runTimeoutMs / 3;
  const due = (await activeRuns(context)).filter((run) => {
    const heardMs = keepaliveOf(run);
    return heardMs !== null && heardMs < dueMs;
  });
  await fewAtATime(due, pingsAtATime, async (run) => {
    await askAbout(context, run).catch((error: unknown) =>
      logger.warn({ err: error, run: run.attempt.id }, "a run could not be looked after"),
    );
  });
}

async function askAbout(context: JanitorContext, run: Run): Promise<void> {
  const { attempt } = run;
  const { backchannel } = readClaimInfo(attempt.claimInfo, attempt.runnerId);
  if (backchannel === null) return;
  const askedMs = Date.now();
  const finding = await pingWorker(context, backchannel, attempt.id);
  const before = lifeSignsOf(attempt);
  const failures = finding === "healthy" ? 0 : before.failures + 1;
  const heardMs = finding === "healthy" ? askedMs : before.heardMs;
  await noteSigns(context, run, { heardMs, askedMs, failures, finding });
  if (isOver.has(finding)) await abort(context, run);
}

/** Keeps what was found, and the lease with it if the worker has the run. */
async function noteSigns({ core, config: { namespace } }: JanitorContext, run: Run, signs: LifeSigns): Promise<void> {
  const { job, attempt } = run;
  const ref = { jobId: job.id, by: { case: "attempt" as const, value: attempt.number } };
  const progress = { progress: { detail: lifeSignBytes(signs) } };
  const renew = signs.finding === "healthy";
  const reports = [{ attempt: ref, report: { case: "progress" as const, value: progress }, renew }];
  const { results } = await core.runners.reportAttempts({ namespace, runnerId: attempt.runnerId, reports });
  const refused = results[0] === undefined ? undefined : itemError(results[0]);
  if (refused !== undefined) throw refused;
}

async function abort(context: JanitorContext, run: Run): Promise<void> {
  const end = { code: "run-disappeared", description: "the worker does not have the run any more", transient: true };
  const resumeFrom = await resumedRunOf(context, run.attempt.id);
  await reportEnd(context, run, bareRecord({ run, resumeFrom }, end, Date.now()));
  const ended = await findRun(context, run.attempt.id);
  if (ended !== undefined) await settleRun(context, ended);
}
