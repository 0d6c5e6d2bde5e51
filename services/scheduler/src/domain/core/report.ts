import { eventOf } from "./core-event.js";
import { endAttempt, failAttempt } from "./end.js";
import type { LiveAttempt, OpenJob, Outcome } from "./model.js";
import { resolveRank } from "./rank.js";
import { type ReportWrite, reportWrite, type Write } from "./writes.js";

/** How a reporter names an attempt: by its number, or as what a runner holds now. */
export type AttemptName = { readonly attempt: number } | { readonly holder: string };

/**
 * The attempt that is meant, if it is live. `stale`: the job is open, but this attempt of it is not (or never was) the live one.
 * Whoever is told `stale` or `closed` looks into the history for the exact words.
 */
export function findAttempt(
  job: OpenJob | undefined,
  name: AttemptName,
): { readonly waitFor: NonNullable<OpenJob["pending"]> } | { readonly live: LiveAttempt } | "stale" | "closed" {
  if (!job) return "closed";
  if (job.pending && job.phase !== "admitting") return { waitFor: job.pending };
  const { live } = job;
  if (!live) return "stale";
  const meant = "attempt" in name ? live.number === name.attempt : live.runner.id === name.holder;
  return meant ? { live } : "stale";
}

/** The writes to wait for until it is durable that the work of an attempt has begun; none when it has been for long. */
export function startAttempt(now: number, attempt: LiveAttempt): readonly Write[] {
  if (attempt.startedAt > 0) return attempt.marking ? [attempt.marking] : [];
  attempt.startedAt = now;
  const { job, number, runner } = attempt;
  const event = eventOf(job, "STARTED", now, "RUNNING", { previous: "RUNNING", attempt: number, runnerId: runner.id });
  const write: ReportWrite = reportWrite({ starts: [attempt], events: [event] });
  attempt.marking = write;
  return [write];
}

/** The runner says how its attempt ended. An outcome counts as the start too. */
export function finishAttempt(now: number, attempt: LiveAttempt, outcome: Outcome): ReportWrite {
  attempt.startedAt ||= outcome.kind === "RELEASED" ? 0 : now;
  const { message } = outcome;
  switch (outcome.kind) {
    case "SUCCEEDED":
      return endAttempt(now, attempt, {
        state: "SUCCEEDED",
        outcome,
        final: { state: "SUCCEEDED", reason: "REPORTED", message, actor: "" },
      });
    case "FAILED":
      if (attempt.cancelRequested) return acknowledgeCancel(now, attempt, outcome);
      return failAttempt(now, attempt, outcome);
    case "RELEASED": {
      if (attempt.cancelRequested) return acknowledgeCancel(now, attempt, outcome);
      const readyAt = outcome.retryDelayMs ? now + outcome.retryDelayMs : 0;
      // Before everything else of its class: before everything else is simplest, and as good.
      const { queue } = attempt.job.shape.site;
      const rank = outcome.toFront ? resolveRank(attempt.job.space, queue, { fromMinimum: -1 }) : attempt.job.rank;
      return endAttempt(now, attempt, { state: "RELEASED", outcome, readyAt, rank });
    }
    case "CANCELLED":
      // A runner that stops without having been asked has failed at its work.
      if (!attempt.cancelRequested) return failAttempt(now, attempt, { ...outcome, kind: "FAILED" });
      return acknowledgeCancel(now, attempt, outcome);
    case "TIMED_OUT":
      return endAttempt(now, attempt, {
        state: "TIMED_OUT",
        outcome,
        final: { state: "TIMED_OUT", reason: "EXECUTION_TIMEOUT", message, actor: "" },
      });
  }
}

function acknowledgeCancel(now: number, attempt: LiveAttempt, outcome: Outcome): ReportWrite {
  const { actor, message } = attempt.cancelRequested ?? { actor: "", message: "" };
  const final = { state: "CANCELLED", reason: "CANCELLED", message: message || outcome.message, actor } as const;
  return endAttempt(now, attempt, { state: "CANCELLED", outcome, final });
}
