import { claimById } from "../domain/core/claim.js";
import type { CoreEvent, Write } from "../domain/core/writes.js";
import type { Place } from "../domain/directory.js";
import { subjectSerials } from "../domain/reads/subject-serials.js";
import type { SingleClaim } from "../domain/shard/single-claim.js";

/** Time between two looks of a claim that waits, ms: at least, when something happens, and at most, since seats, tokens and queues open without an event. */
const leastPauseMs = 50;
const mostPauseMs = 1_000;

/** What can make a job claimable. */
const openers: ReadonlySet<CoreEvent["type"]> = new Set([
  ...(["SUBMITTED", "READY", "RELEASED", "ATTEMPT_FAILED", "LEASE_LOST", "REOPENED", "ENDED", "DELETED"] as const),
]);

/**
 * Claims jobs about a subject. A subject is in no lane, so nobody stands in line for it: whoever waits looks again when something has happened
 * in the namespace.
 */
export async function claimAbout(
  place: Place,
  claim: SingleClaim,
  subject: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { term } = place;
  const { clock } = term;
  const until = clock.monotonicMs() + waitMs;
  const news = watchOpeners(place, signal);
  try {
    for (;;) {
      await claimNow(place, claim, subject);
      const leftMs = until - clock.monotonicMs();
      if (claim.attempts.length > 0 || claim.wants() <= 0 || leftMs <= 0 || signal.aborted) return;
      await news.next(Math.min(leftMs, mostPauseMs), Math.min(leftMs, leastPauseMs));
      term.assertValid();
    }
  } finally {
    news.stop();
  }
}

/** Claims those that fit, in order, all in one turn. Jobs with a write on the way are waited for if there is nothing else. */
async function claimNow({ term, space }: Place, claim: SingleClaim, subject: string): Promise<void> {
  for (;;) {
    const serials = await subjectSerials(term.pool, space, subject);
    term.assertValid();
    const writes: Write[] = [];
    const waitFor: Write[] = [];
    for (const serial of serials) {
      if (claim.wants() <= 0) break;
      const job = space.job(serial);
      if (!job || !claim.profile.fits(space.lanes.laneFor(job.shape.site, job.kind))) continue;
      const decision = claimById(term.clock.now(), job, claim);
      if ("waitFor" in decision) waitFor.push(decision.waitFor);
      else writes.push(...decision.writes);
    }
    await Promise.all(writes.map((write) => term.write(write)));
    if (writes.length > 0 || waitFor.length === 0) return;
    await Promise.all(waitFor.map((write) => term.write(write)));
  }
}

/** Tells when something has happened that can make a job of the namespace claimable, since it was told last. */
function watchOpeners({ term, space }: Place, signal: AbortSignal) {
  let happened = false;
  let wake: (() => void) | undefined;
  const tell = () => {
    happened = true;
    wake?.();
  };
  const unsubscribe = term.feed.subscribe((events) => {
    if (events.some((event) => event.space === space && openers.has(event.type))) tell();
  });
  const unwatch = term.whenLost(tell);
  signal.addEventListener("abort", tell);
  const pause = (ms: number, until: () => boolean) =>
    new Promise<void>((resolve) => {
      const timer = term.clock.setTimeout(resolve, ms);
      wake = () => {
        if (!until()) return;
        term.clock.clearTimeout(timer);
        resolve();
      };
      wake();
    });

  return {
    /** Waits for news at most so long, and in any case at least so long, unless the caller goes away. */
    async next(mostMs: number, leastMs: number): Promise<void> {
      await pause(leastMs, () => signal.aborted);
      await pause(mostMs - leastMs, () => happened || signal.aborted);
      happened = false;
    },
    stop(): void {
      unsubscribe();
      unwatch();
      signal.removeEventListener("abort", tell);
    },
  };
}
