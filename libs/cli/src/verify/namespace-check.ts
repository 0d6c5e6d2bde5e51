import { EventChecker, eventRules, jobEventOf, type Violation, type WatchedEvent } from "@switchyard/history";
import { JobEventType } from "@switchyard/proto/switchyard/scheduler/v1/event_pb";
import type { WatchJobsResponse } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { Tally } from "./tally.js";

/** How a namespace is checked. */
export interface NamespaceCheckOptions {
  readonly namespace: string;
  /** The events are taken from the first one that there ever was. */
  readonly fromTheBeginning: boolean;
  /** Violations by events older than this, ms since the epoch, are not told; the events are read all the same. */
  readonly since?: number;
  /** Jobs that have ended and are kept, to be compared in the end. */
  readonly keepEnded: number;
  readonly onViolation: (violation: Violation) => void;
}

/** Takes what a watcher of a namespace is told, and keeps of it what open jobs and a bounded number of ended ones need. */
export class NamespaceCheck {
  readonly checker: EventChecker;
  readonly tally = new Tally();
  /** Events so far. */
  events = 0;
  /** Everything up to this number was taken. */
  upTo = 0;
  /** Events up to this number were gone before they could be read; 0 for none. */
  goneUpTo = 0;

  constructor(private readonly options: NamespaceCheckOptions) {
    const { fromTheBeginning, keepEnded, onViolation, since = 0 } = options;
    this.checker = new EventChecker({
      rules: eventRules,
      fromTheBeginning,
      keepEnded,
      onViolation: (violation) => {
        const last = violation.observations.at(-1);
        if (last === undefined || last.at >= since) onViolation(violation);
      },
    });
  }

  /** Takes a message of the stream. */
  take({ events, sequence }: WatchJobsResponse): void {
    for (const message of events) {
      if (message.type === JobEventType.OVERRUN) {
        this.goneUpTo = Number(message.sequence);
        this.checker.missed();
      }
      const event = jobEventOf(message);
      if (!event) continue;
      const { namespace } = this.options;
      const seen: WatchedEvent = { type: "event", at: event.time, watcher: "verify", namespace, event };
      this.events += 1;
      if (this.checker.isWhole) this.tally.take(event, this.checker.life(event.job));
      this.checker.take(seen);
    }
    if (sequence > 0n) this.upTo = Math.max(this.upTo, Number(sequence));
  }
}
