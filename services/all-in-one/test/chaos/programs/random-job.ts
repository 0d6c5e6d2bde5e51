import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type JobSpecInit, jsonPayload } from "@switchyard/client";
import { OnConflict, ReuseState } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import type { Work } from "./work.js";

/** Keys with limited seats, and how many seats each has. */
export const seatKeys = Array.from({ length: 10 }, (_, i) => `seats-${i}`);
/** Seats of each of {@link seatKeys}. */
export const seatsOfKey = 4;

/** A job of the mix. */
export interface RandomJob {
  readonly spec: JobSpecInit;
  /** It takes seconds, so that somebody may cancel it while it runs. */
  readonly isLong: boolean;
}

/** A job that another one may wait for: its id, or its index in the same call. */
export type ParentJob = string | number;

/** Shorter than the longest pauses, so that some runners outlive their leases. */
const leaseMs = 6_000;

/**
 * Makes a job of the mix.
 *
 * @param tag a word that no other job has; becomes its subject
 * @param parents that it may wait for
 */
export function randomJob(random: () => number, tag: string, parents: readonly ParentJob[]): RandomJob {
  const chance = (share: number) => random() < share;
  const isLong = chance(0.01);
  const takesMs = Math.round(isLong ? 2_000 + random() * 8_000 : random() ** 3 * 150);
  const fails: Work["fails"] = chance(0.04) ? "first" : chance(0.01) ? "always" : "never";
  const work: Work = { takesMs, lines: chance(0.15) ? 1 + Math.floor(random() * 4) : 0, fails };
  const concurrencyKeys = !isLong && chance(0.1) ? [seatKeys[Math.floor(random() * seatKeys.length)] as string] : [];
  const waitsFor =
    parents.length > 0 && chance(0.05) ? [parents[Math.floor(random() * parents.length)] as ParentJob] : [];
  const startTime = chance(0.01) ? Date.now() + Math.floor(random() * 3_000) : undefined;
  const reuseKey = chance(0.02) ? `reuse-${Math.floor(random() * 20)}` : undefined;
  // Most go on until they are done; some have a budget, which losses count against.
  const maxAttempts = chance(0.1) ? 3 : 0;
  const queue = `queue-${Math.floor(random() * 3)}`;
  const spec: JobSpecInit = {
    ...{ kind: "work", subject: tag, queue, input: jsonPayload(work), concurrencyKeys },
    policies: {
      ...{ maxAttempts, lease: durationFromMs(leaseMs) },
      backoff: { initial: durationFromMs(50), max: durationFromMs(500) },
    },
    dependencies: waitsFor.map((job) => ({
      parent: typeof job === "string" ? { case: "jobId", value: job } : { case: "item", value: job },
    })),
    ...(startTime === undefined ? {} : { startTime: timestampFromMs(startTime) }),
    ...(reuseKey === undefined
      ? {}
      : { reuse: { key: reuseKey, states: [ReuseState.ACTIVE], onConflict: OnConflict.RETURN } }),
  };
  return { spec, isLong };
}
