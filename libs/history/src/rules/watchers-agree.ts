import type { Say } from "../events/event-rule.js";
import type { JobEvent } from "../job-event.js";
import type { WatchedEvent } from "../observation.js";
import type { ToldEvent, ToldWatcher } from "../told.js";
import type { HistoryRule } from "./history-rule.js";

/**
 * Every watcher gets events in rising order, each once; the same event stands under a number for everybody, live or replayed; and nobody misses an event
 * that somebody else saw, between where he began and what he saw last, unless he was told that it is not kept any more. Nothing is concluded from what a
 * filtered watcher did not see.
 */
export const watchersAgree: HistoryRule = {
  name: "watchers-agree",
  check(told, say) {
    for (const watcher of told.watchers) {
      const events = told.events.get(watcher.namespace) ?? [];
      const spans = follow(watcher, events, say);
      for (const span of spans) missesNothing(watcher, span, events, say);
    }
  },
};

/** What a watcher claims to have seen all of: the numbers above `after` up to `upTo`. */
interface Span {
  readonly after: number;
  upTo: number;
  readonly seen: Set<number>;
}

function follow({ watcher, story }: ToldWatcher, events: readonly ToldEvent[], say: Say): Span[] {
  const spans: Span[] = [];
  let span: Span | undefined;
  let last: WatchedEvent | undefined;
  /** It asked for what comes from now on: its span begins with the first number that it is told. */
  let isLive = false;
  const begin = (after: number) => {
    span = { after, upTo: after, seen: new Set() };
    spans.push(span);
  };
  for (const { what } of story) {
    switch (what.type) {
      case "watch":
        last = undefined;
        span = undefined;
        isLive = !what.filtered && what.after === undefined;
        if (!what.filtered && what.after !== undefined) begin(what.after);
        break;
      case "overrun":
        if (span) begin(Math.max(what.upTo, span.upTo));
        break;
      case "seen":
        if (span) span.upTo = Math.max(span.upTo, what.upTo);
        else if (isLive) begin(what.upTo);
        break;
      case "event": {
        const { event } = what;
        const before = Math.max(last?.event.sequence ?? -1, span?.upTo ?? -1);
        if (event.sequence <= before) {
          const message = `Watcher ${watcher} got event ${event.sequence} after it had seen all up to ${before}.`;
          say(message, ...(last ? [last] : []), what);
        }
        last = what;
        if (span) {
          span.upTo = Math.max(span.upTo, event.sequence);
          span.seen.add(event.sequence);
        }
        const known = find(events, event.sequence);
        if (known && known.seen !== what && !isSame(known.seen.event, event))
          say(`Event ${event.sequence} is not the same for ${known.seen.watcher} and ${watcher}.`, known.seen, what);
        break;
      }
    }
  }
  return spans;
}

function missesNothing({ watcher }: ToldWatcher, span: Span, events: readonly ToldEvent[], say: Say): void {
  for (let i = firstAfter(events, span.after); i < events.length; i++) {
    const { seen } = events[i] as ToldEvent;
    const { sequence } = seen.event;
    if (sequence > span.upTo) return;
    if (span.seen.has(sequence)) continue;
    const claim = `it was told that it had seen all from ${span.after} to ${span.upTo}`;
    say(`Watcher ${watcher} missed event ${sequence}, and ${claim}.`, seen);
    return;
  }
}

/** The index of the first event with a number above another. */
function firstAfter(events: readonly ToldEvent[], sequence: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle] as ToldEvent).seen.event.sequence <= sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

function find(events: readonly ToldEvent[], sequence: number): ToldEvent | undefined {
  const told = events[firstAfter(events, sequence - 1)];
  return told?.seen.event.sequence === sequence ? told : undefined;
}

function isSame(a: JobEvent, b: JobEvent): boolean {
  return (
    a.job === b.job &&
    a.type === b.type &&
    a.time === b.time &&
    a.state === b.state &&
    a.previousState === b.previousState &&
    a.attempt === b.attempt &&
    a.runner === b.runner &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.queue === b.queue
  );
}
