import type { Say } from "../events/event-rule.js";
import type { WatchedEvent } from "../observation.js";
import type { Told, ToldEvent } from "../told.js";
import type { HistoryRule } from "./history-rule.js";
import { LimitSettings, whenClaimed } from "./limit-settings.js";

/**
 * In no span of time begin more attempts with a rate key than its bucket held and was given. Looks at claims that surely came after the last change of the
 * key's limit, of jobs whose spec is known, by the scheduler's clock; nothing is said where clocks are not known (`clockErrorMs`).
 */
export const rates: HistoryRule = {
  name: "rates",
  check(told, say) {
    const { clockErrorMs } = told.history;
    if (clockErrorMs === undefined) return;
    const settings = new LimitSettings(told);
    if (settings.isEmpty) return;
    for (const [namespace, events] of told.events) {
      for (const [key, claims] of claimsByKey(told, events)) {
        const ever = settings.everSet(namespace, key);
        const last = ever.at(-1)?.limit;
        if (last?.ratePerSecond === undefined || ever.some(({ limit }) => limit.key !== last.key)) continue;
        const changed = Math.max(...ever.map(({ call }) => call.end));
        const after = claims.filter((claim) => whenClaimed(told, claim).from > changed).map(({ seen }) => seen);
        const { ratePerSecond, burst = 1 } = last;
        neverOver({ key, claims: after, perMs: ratePerSecond / 1_000, burst, slackMs: 2 * clockErrorMs }, say);
      }
    }
  },
};

function claimsByKey(told: Told, events: readonly ToldEvent[]): Map<string, ToldEvent[]> {
  const byKey = new Map<string, ToldEvent[]>();
  for (const claim of events) {
    const { type, job } = claim.seen.event;
    if (type !== "CLAIMED") continue;
    for (const key of told.jobs.get(job)?.spec?.rateKeys ?? []) byKey.set(key, [...(byKey.get(key) ?? []), claim]);
  }
  return byKey;
}

interface Bucket {
  readonly key: string;
  readonly claims: readonly WatchedEvent[];
  readonly perMs: number;
  readonly burst: number;
  readonly slackMs: number;
}

/** Of all spans that end with a claim, the worst begins where the fewest claims per time came before: one number tells, so this is linear. */
function neverOver({ key, claims, perMs, burst, slackMs }: Bucket, say: Say): void {
  const sorted = claims.toSorted((a, b) => a.event.time - b.event.time);
  let worst = Infinity;
  let begin: WatchedEvent | undefined;
  for (const [i, claim] of sorted.entries()) {
    const { time } = claim.event;
    if (i - perMs * time < worst) {
      worst = i - perMs * time;
      begin = claim;
    }
    const allowed = burst + perMs * slackMs;
    if (begin === undefined || i + 1 - perMs * time - worst <= allowed + 1e-6) continue;
    const span = time - begin.event.time;
    say(
      `Key ${key} was spent more often within ${span} ms than its rate of ${perMs * 1_000}/s and burst of ${burst} allow.`,
      begin,
      claim,
    );
    return;
  }
}
