import { commitMetrics } from "@switchyard/service-kit";
import { Counter, Histogram, type Registry } from "prom-client";
import type { LiveAttempt } from "../domain/core/model.js";
import type { CoreEvent, Write } from "../domain/core/writes.js";
import type { TermWatcher } from "../domain/shard/term-watcher.js";

/** Counts what becomes durable: events by what they are, and how long first attempts had waited. No label comes from a caller. */
export function createEventMetrics(registry: Registry): TermWatcher {
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const terms = counter("switchyard_shard_terms_total", "Terms that this replica has begun: take-overs of a shard.");
  const submitted = counter("switchyard_jobs_submitted_total", "Jobs that were stored.");
  const claimed = counter("switchyard_attempts_claimed_total", "Leases that were granted.");
  const started = counter("switchyard_attempts_started_total", "Attempts that reported their start.");
  const retried = counter("switchyard_attempts_failed_total", "Attempts that failed and whose job goes on.");
  const lost = counter("switchyard_leases_lost_total", "Attempts whose lease or runner was lost.");
  const released = counter("switchyard_attempts_released_total", "Attempts that were given back, uncounted.");
  const reopened = counter("switchyard_jobs_reopened_total", "Jobs that had ended and were opened again.");
  const ended = counter("switchyard_jobs_ended_total", "Jobs that have ended, by state.", "state");
  // There from the beginning, so that a rate over them has no gap.
  for (const state of ["SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED"]) ended.inc({ state }, 0);
  const renewed = counter("switchyard_lease_renewals_total", "Leases that were renewed by name.");
  const waited = new Histogram({
    name: "switchyard_job_wait_seconds",
    help: "Time from the submit of a job to the claim of its first attempt; waits for parents and start times included.",
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400],
    registers,
  });
  const byType: Partial<Record<CoreEvent["type"], Counter>> = {
    SUBMITTED: submitted,
    CLAIMED: claimed,
    STARTED: started,
    ATTEMPT_FAILED: retried,
    LEASE_LOST: lost,
    RELEASED: released,
    REOPENED: reopened,
  };
  const countEvent = ({ type, state }: CoreEvent) => {
    if (type === "ENDED") ended.inc({ state });
    else byType[type]?.inc();
  };
  const observeWait = ({ number, claimedAt, job }: LiveAttempt) => {
    if (number === 1) waited.observe(Math.max(0, claimedAt / 1_000 - job.createdMicros / 1_000_000));
  };
  return {
    termBegun: () => terms.inc(),
    committed(writes: readonly Write[]) {
      for (const write of writes) {
        for (const event of write.events) countEvent(event);
        if (write.lane !== "report") for (const attempt of write.attempts) observeWait(attempt);
      }
    },
    lane: commitMetrics(registry),
    leasesRenewed: (count) => renewed.inc(count),
  };
}
