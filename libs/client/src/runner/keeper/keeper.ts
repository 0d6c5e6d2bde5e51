import type { Clock, Timer } from "@switchyard/clock";
import type { FromKeeper, KeptAttempt, KeptKey, ToKeeper } from "./keeper-messages.js";

/** An attempt that the services no longer take for the runner's. */
export interface RevokedAttempt {
  readonly jobId: string;
  /** 0: whichever attempt of the job. */
  readonly attempt: number;
  /** Number of `Revocation.Reason`. */
  readonly reason: number;
  /** It is still the runner's, which shall stop it and report. */
  readonly isStillHeld: boolean;
}

/** What a keeper works with. */
export interface KeeperDeps {
  /** The time that the messages speak of. */
  readonly clock: Clock;
  /** Renews all that the runner holds, and says what of the named it does not hold. */
  readonly heartbeat: (runnerId: string, jobIds: readonly string[]) => Promise<readonly RevokedAttempt[]>;
  readonly tell: (message: Exclude<FromKeeper, { readonly type: "ready" }>) => void;
  /** The runner has lost an attempt and gives no sign that it knows: its event loop stands still. Called once for each. */
  readonly onStuck: (attempt: KeptKey) => void;
}

/** Keeps the leases of a runner that cannot do so itself. */
export interface Keeper {
  hear(message: Exclude<ToKeeper, { readonly type: "credentials" }>): void;
  stop(): void;
}

interface Kept extends KeptAttempt {
  expiresAt: number;
  isWorking: boolean;
  /** When it was seen that the lease is gone; undefined while it is held. */
  lostAt: number | undefined;
}

/** Between two tries while the services do not answer, at most; less for short leases. */
const retryMs = 1_000;

/**
 * Makes a keeper. A runner names an attempt when a third of its lease has passed; what is not renewed when half of it has, its keeper renews. So a runner that does
 * its part costs the services nothing more.
 *
 * A lease that is lost all the same is the runner's to notice. When it gives no sign of life for the grace of that attempt after its keeper has seen the loss, it is
 * stuck. The grace begins when the loss is seen: after a pause of the whole process, the runner gets the chance to look first.
 */
export function createKeeper({ clock, heartbeat, tell, onStuck }: KeeperDeps): Keeper {
  const kept = new Map<string, Kept>();
  let runnerId = "";
  let heardAt = clock.monotonicMs();
  let calling = false;
  let notBefore = 0;
  let timer: Timer | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let ended = false;

  const look = () => {
    clock.clearTimeout(timer);
    timer = undefined;
    timerAt = Number.POSITIVE_INFINITY;
    if (ended) return;
    const now = clock.monotonicMs();
    for (const one of kept.values()) {
      if (one.lostAt === undefined && one.expiresAt <= now) one.lostAt = now;
      if (dueAt(one) <= now && one.lostAt === undefined && !calling) void renew();
      // An answer that does not come holds up nobody's end.
      if (dueAt(one) > now) arm(dueAt(one), now);
      else giveUp(one);
    }
  };
  /** When something is to be done about an attempt: a renewal or a look at its end, and once it is lost the end of its grace. */
  const dueAt = ({ lostAt, expiresAt, leaseMs, graceMs, isWorking }: Kept): number => {
    if (lostAt === undefined)
      return calling ? expiresAt : Math.min(expiresAt, Math.max(notBefore, expiresAt - leaseMs / 2));
    return isWorking && heardAt < lostAt ? lostAt + graceMs : Number.POSITIVE_INFINITY;
  };
  const arm = (at: number, now: number) => {
    if (ended || at >= timerAt) return;
    clock.clearTimeout(timer);
    timerAt = at;
    // A timer may fire a fraction of a millisecond early.
    timer = clock.setTimeout(look, Math.max(1, Math.ceil(at - now)));
  };

  const giveUp = ({ jobId, attempt }: KeptKey) => {
    kept.delete(textOf({ jobId, attempt }));
    onStuck({ jobId, attempt });
  };

  const renew = async () => {
    calling = true;
    const sentAt = clock.monotonicMs();
    const named = [...kept.values()].filter(({ lostAt }) => lostAt === undefined);
    try {
      const revoked = await heartbeat(
        runnerId,
        named.map(({ jobId }) => jobId),
      );
      apply(named, sentAt, revoked);
      notBefore = 0;
    } catch {
      const shortest = Math.min(...named.map(({ leaseMs }) => leaseMs));
      notBefore = clock.monotonicMs() + Math.min(retryMs, shortest / 10);
    }
    calling = false;
    look();
  };

  const apply = (named: readonly KeptKey[], sentAt: number, revoked: readonly RevokedAttempt[]) => {
    const renewed: (KeptKey & { readonly leaseMs: number })[] = [];
    const told: (KeptKey & { readonly reason: number })[] = [];
    for (const { jobId, attempt } of named) {
      // What the runner has said meanwhile is newer than what was sent.
      const one = kept.get(textOf({ jobId, attempt }));
      if (one === undefined) continue;
      const word = revoked.find((other) => other.jobId === jobId && (other.attempt === attempt || other.attempt === 0));
      if (word !== undefined) told.push({ jobId, attempt, reason: word.reason });
      if (word !== undefined && !word.isStillHeld) one.lostAt ??= clock.monotonicMs();
      else {
        one.expiresAt = Math.max(one.expiresAt, sentAt + one.leaseMs);
        renewed.push({ jobId, attempt, leaseMs: one.leaseMs });
      }
    }
    if (renewed.length > 0) tell({ type: "renewed", sentAt, attempts: renewed });
    if (told.length > 0) tell({ type: "revoked", attempts: told });
  };

  return {
    hear(message) {
      heardAt = clock.monotonicMs();
      if (message.type === "ended") {
        for (const key of message.attempts) {
          const one = kept.get(textOf(key));
          if (one !== undefined) one.isWorking = false;
        }
        return;
      }
      runnerId = message.runnerId;
      const isAll = message.type === "present";
      const before = isAll ? new Map(kept) : kept;
      if (isAll) kept.clear();
      for (const attempt of message.attempts) {
        const known = before.get(textOf(attempt));
        const expiresAt = Math.max(attempt.expiresAt, known?.expiresAt ?? 0);
        // A lease is as long as it was when it was granted: later words tell what is left of it.
        const leaseMs = known?.leaseMs ?? attempt.leaseMs;
        const one = { ...attempt, leaseMs, expiresAt, lostAt: known?.lostAt };
        kept.set(textOf(attempt), one);
        // Of thousands a second nearly all end long before they are due: they are not gone over each time.
        if (!isAll) arm(dueAt(one), heardAt);
      }
      if (isAll) look();
    },
    stop() {
      ended = true;
      clock.clearTimeout(timer);
    },
  };
}

function textOf({ jobId, attempt }: KeptKey): string {
  return `${jobId}/${attempt}`;
}
