import type { Client } from "@connectrpc/connect";
import type { Clock, Timer } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import type { DispatchService } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { type Caller, presentSpan, withCallers } from "@switchyard/tracing";
import { runnerKey } from "../runner-record.js";
import { MergedRenewal } from "./merged-renewal.js";
import type { RenewalAnswer, RenewalNeed } from "./renewal-need.js";

/** Renews leases and presence of all runners of this gateway, and reads what they hold, in shared calls. */
export interface Renewals {
  /**
   * Sends the need with the next call and settles with its answer.
   * @throws SwitchyardError or ConnectError when the scheduler does not answer: nothing may be assumed then
   */
  renew(need: RenewalNeed): Promise<RenewalAnswer>;
  /**
   * Renews a runner's presence without haste: with the next call that leaves anyhow, or after {@link lazyMs}. Nobody is
   * told when it fails; the next sign of life tries again.
   */
  touch(namespace: string, runnerId: string, presenceMs: number): void;
  /** Until when, monotonic, the runner's presence is known to last; undefined when it is not known. */
  presenceEndMs(namespace: string, runnerId: string): number | undefined;
  /** Drops lazy touches and settles when the calls under way have returned. */
  stop(): Promise<void>;
}

/** What {@link createRenewals} needs. */
export interface RenewalsDeps {
  readonly scheduler: Client<typeof DispatchService>;
  readonly clock: Clock;
  /** Deadline of one call. Default 10 s. */
  readonly timeoutMs?: number;
  /** How long a touch may wait. Default 1 s: against presence times of a minute that is nothing, and a thousand idle runners cost one call a second. */
  readonly lazyMs?: number;
}

interface Waiting {
  readonly need: RenewalNeed;
  readonly caller: Caller;
  readonly resolve: (answer: RenewalAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Most runners and most attempts in one call, so that a message stays well below its size limit. */
const maxRunners = 1_000;
const maxAttempts = 10_000;
/** Above so many known presences, ended ones are forgotten. */
const maxPresences = 10_000;

/** Creates the shared renewals: one call under way at a time, the next leaves when it has returned. */
export function createRenewals(deps: RenewalsDeps): Renewals {
  const { scheduler, clock, timeoutMs = 10_000, lazyMs = 1_000 } = deps;
  const lazy = new Map<string, RenewalNeed>();
  const presenceEnds = new Map<string, number>();
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  let lazyTimer: Timer | undefined;
  let stopped = false;

  /** Takes what fits into one call, one entry a runner, each runner's needs in their order. */
  function gather(): { entries: Map<string, MergedRenewal>; taken: Waiting[] } {
    const entries = new Map<string, MergedRenewal>();
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    const blocked = new Set<string>();
    let attempts = 0;
    for (const item of waiting) {
      const key = runnerKey(item.need.namespace, item.need.runnerId);
      const entry = entries.get(key);
      const full = entries.size >= maxRunners || attempts >= maxAttempts;
      if (blocked.has(key) || (entry === undefined ? full : !entry.tryAdd(item.need))) {
        blocked.add(key);
        left.push(item);
        continue;
      }
      if (entry === undefined) entries.set(key, new MergedRenewal(item.need));
      attempts += item.need.attempts?.length ?? 0;
      taken.push(item);
    }
    waiting = left;
    for (const [key, need] of lazy) {
      if (entries.size >= maxRunners) break;
      const entry = entries.get(key);
      if (entry === undefined) entries.set(key, new MergedRenewal(need));
      else if (!entry.tryAdd(need)) continue;
      lazy.delete(key);
    }
    return { entries, taken };
  }

  async function send(): Promise<void> {
    const { entries, taken } = gather();
    if (entries.size === 0) return;
    const sentMs = clock.monotonicMs();
    try {
      const renewals = [...entries.values()].map((entry) => entry.toRequest());
      const { results } = await withCallers(
        taken,
        ({ caller }) => caller,
        () => scheduler.renewLeases({ renewals }, { timeoutMs }),
      );
      if (results.length !== renewals.length) throw new Error("the scheduler answered fewer runners than were named");
      const places = new Map([...entries.keys()].map((key, index) => [key, index]));
      for (const [key, entry] of entries) {
        if (entry.presenceMs !== undefined) presenceEnds.set(key, sentMs + entry.presenceMs);
      }
      for (const { need, resolve, reject } of taken) {
        const key = runnerKey(need.namespace, need.runnerId);
        if (need.leave === true) presenceEnds.delete(key);
        const entry = entries.get(key);
        const result = results[places.get(key) ?? -1];
        try {
          if (entry === undefined || result === undefined) throw new Error("a need has no entry in its batch");
          resolve(entry.answer(need, result, sentMs));
        } catch (error) {
          reject(error);
        }
      }
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
    forgetEndedPresences();
  }

  function forgetEndedPresences(): void {
    if (presenceEnds.size <= maxPresences) return;
    const now = clock.monotonicMs();
    for (const [key, end] of presenceEnds) if (end < now) presenceEnds.delete(key);
  }

  function pump(): void {
    running ??= (async () => {
      // At the end of this turn of the event loop, so that calls that came in together leave together.
      await new Promise<void>((resolve) => clock.setImmediate(resolve));
      do await send();
      while (waiting.length > 0);
      running = undefined;
      if (lazy.size > 0) armLazyTimer();
    })();
  }

  function armLazyTimer(): void {
    if (stopped) return;
    lazyTimer ??= clock.setTimeout(() => {
      lazyTimer = undefined;
      if (lazy.size > 0) pump();
    }, lazyMs);
  }

  return {
    renew(need) {
      if (stopped) return Promise.reject(new SwitchyardError("SHUTTING_DOWN"));
      // A touch from before the runner signed off must not bring its presence back.
      if (need.leave === true) lazy.delete(runnerKey(need.namespace, need.runnerId));
      return new Promise((resolve, reject) => {
        waiting.push({ need, caller: presentSpan(), resolve, reject });
        pump();
      });
    },
    touch(namespace, runnerId, presenceMs) {
      if (stopped) return;
      lazy.set(runnerKey(namespace, runnerId), { namespace, runnerId, presenceMs });
      armLazyTimer();
    },
    presenceEndMs: (namespace, runnerId) => presenceEnds.get(runnerKey(namespace, runnerId)),
    async stop() {
      stopped = true;
      clock.clearTimeout(lazyTimer);
      lazy.clear();
      await running;
    },
  };
}
