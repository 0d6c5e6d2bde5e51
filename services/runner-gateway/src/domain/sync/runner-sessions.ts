import type { Clock, Timer } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import { type Lease, type Revocation, Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { RunnerProfile } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { attemptKey } from "../attempt-key.js";
import type { GiveBack } from "../give-back.js";
import { type RunnerRecord, runnerKey } from "../runner-record.js";
import type { RunnerRegistry } from "../runner-registry.js";
import type { SealBeforeHanding } from "../seal-before-handing.js";
import { RunnerSession } from "./runner-session.js";

/** The sessions of all runners that sync with this gateway, and what goes on around them. */
export interface RunnerSessions {
  /** The session of a runner, made when there is none. */
  open(record: RunnerRecord): RunnerSession;
  /** Something about a session changed: answers held calls that this is news for, and states its demand. */
  update(session: RunnerSession): void;
  /** Puts leases on the shelf of a session that its runner should hold and did not name, older logs sealed first. */
  shelve(session: RunnerSession, leases: readonly Lease[]): void;
  /** Leases that the scheduler granted. */
  assign(leases: readonly Lease[]): void;
  /** An attempt of a runner is revoked, or shall stop. */
  revoke(namespace: string, runnerId: string, revocation: Revocation): void;
  /** Reports of the runner ended attempts. */
  ended(
    namespace: string,
    runnerId: string,
    attempts: readonly { readonly jobId: string; readonly attempt: number }[],
  ): void;
  /** Leases may have been lost on the way from the scheduler: every runner of these namespaces must name what it has. */
  askForAll(isConcerned: (namespace: string) => boolean): void;
  /** The runner signed off and its leases were released: its calls end, and what is here is forgotten. */
  close(session: RunnerSession): void;
  /** Calls held. */
  readonly held: number;
  /** What is here of each runner. */
  counts(): Iterable<SessionCounts>;
  /** Answers all held calls with what is there, and every later one at once. */
  stop(): void;
  /** Gives back what no runner got to see; after the last leases have arrived. */
  giveBackRest(): void;
  /** {@link stop} was called. */
  readonly isStopping: boolean;
}

/** What is here of a runner. */
export interface SessionCounts {
  readonly namespace: string;
  readonly slots: number;
  readonly heldCalls: number;
  /** Leases that it has not taken yet. */
  readonly waiting: number;
}

/** What {@link createRunnerSessions} needs. */
export interface RunnerSessionsDeps {
  readonly registry: RunnerRegistry;
  readonly clock: Clock;
  readonly giveBack: GiveBack;
  readonly sealBeforeHanding: SealBeforeHanding;
  /** States what a runner can take. */
  readonly state: (wish: {
    readonly namespace: string;
    readonly runnerId: string;
    readonly profile: RunnerProfile | undefined;
    readonly wanted: number;
  }) => void;
  readonly onError: (error: unknown) => void;
  /** How long a lease waits for its runner's next call, and a runner's demand outlives its last one. */
  readonly pendingMs: number;
  /** How long a lease waits before that for the seal of earlier attempts' logs. */
  readonly sealBeforeMs: number;
}

/** A session without a call for so long is forgotten; its runner is asked for everything when it comes again. */
const forgetMs = 60_000;
/** A job whose older logs could not be sealed is not offered again before. */
const unsealedDelayMs = 5_000;

/** Creates the collection of sessions. */
export function createRunnerSessions(deps: RunnerSessionsDeps): RunnerSessions {
  const { registry, clock, giveBack, pendingMs } = deps;
  const sessions = new Map<string, RunnerSession>();
  const timers = new Map<RunnerSession, { readonly timer: Timer; readonly atMs: number }>();
  let stopping = false;

  registry.subscribe((changed) => {
    const concerned = changed === undefined ? [...sessions.values()] : [find(changed.namespace, changed.id)];
    for (const session of concerned) if (session !== undefined) void reload(session);
  });

  function find(namespace: string, runnerId: string): RunnerSession | undefined {
    return sessions.get(runnerKey(namespace, runnerId));
  }

  /** A runner was changed somewhere: held calls of one that may no longer call end, and the others go by the new rules. */
  async function reload(session: RunnerSession): Promise<void> {
    try {
      const record = await registry.find(session.namespace, session.runnerId);
      const digest = record?.revokedAtMs === undefined ? record?.credential?.digest : undefined;
      for (const { held } of session.channels.values()) {
        if (held === undefined) continue;
        const isRevoked = record?.revokedAtMs !== undefined;
        if (record === undefined && held.tokenDigest === undefined) held.fail(notRegistered(session.runnerId));
        else if (isRevoked || (held.tokenDigest !== undefined && held.tokenDigest !== digest)) held.fail(revoked());
      }
      if (record !== undefined) session.record = record;
      else session.accepts = false;
      update(session);
    } catch (error) {
      deps.onError(error);
    }
  }

  function update(session: RunnerSession): void {
    for (const channel of session.channels.values()) {
      if (channel.held !== undefined && (stopping || session.hasNews(channel))) channel.held.answer();
    }
    const { namespace, runnerId, profile } = session;
    // One time for both: what counts as open for the demand must be due for a look when that ends.
    const now = clock.monotonicMs();
    if (!stopping) deps.state({ namespace, runnerId, profile, wanted: session.wanted(now) });
    arm(session, now);
  }

  /** When the session next needs a look without anybody calling; infinite: never. */
  function dueMs(session: RunnerSession, now: number): number {
    let due = Number.POSITIVE_INFINITY;
    const ready = session.shelf.oldestReadyMs();
    if (ready !== undefined) due = session.isAccepting ? ready + pendingMs : now;
    due = Math.min(due, session.strays.askAgainMs);
    let isOpen = false;
    for (const channel of session.channels.values()) {
      if (!channel.isOpen(now)) continue;
      isOpen = true;
      due = Math.min(due, channel.openUntilMs, channel.held?.untilMs ?? Number.POSITIVE_INFINITY);
    }
    return isOpen || session.shelf.waiting > 0 ? due : Math.min(due, session.lastCallMs + forgetMs);
  }

  /** Sees to it that {@link sweep} runs when the session is due; a timer that is early enough is left alone. */
  function arm(session: RunnerSession, now: number): void {
    if (stopping) return;
    const atMs = dueMs(session, now);
    if (atMs === Number.POSITIVE_INFINITY) return;
    const armed = timers.get(session);
    if (armed !== undefined && armed.atMs <= atMs) return;
    clock.clearTimeout(armed?.timer);
    const onDue = () => {
      timers.delete(session);
      sweep(session);
    };
    const timer = clock.setTimeout(onDue, Math.max(1, Math.ceil(atMs - now)));
    timers.set(session, { timer, atMs });
  }

  /** A lease that became ready before is not this gateway's to give back: it is late, by half of what others wait for it. */
  const oldest = (now: number) => now - 1.5 * pendingMs;

  /** Does what is due: calls that were held long enough are answered, and leases that nobody came for given back. */
  function sweep(session: RunnerSession): void {
    const now = clock.monotonicMs();
    for (const { held } of session.channels.values()) if (held !== undefined && held.untilMs <= now) held.answer();
    if (session.strays.askAgainMs <= now) {
      session.strays.askAgainMs = Number.POSITIVE_INFINITY;
      session.needsComplete = true;
    }
    const since = session.isAccepting ? now - pendingMs : now;
    giveBack.release(session.shelf.takeOverdue(since, oldest(now)), "the runner did not come for it");
    const isOpen = [...session.channels.values()].some((channel) => channel.isOpen(now));
    const isForgotten = !isOpen && session.shelf.waiting === 0 && session.lastCallMs + forgetMs <= now;
    if (isForgotten) sessions.delete(runnerKey(session.namespace, session.runnerId));
    else update(session);
  }

  async function seal(session: RunnerSession, lease: Lease, isGranted: boolean): Promise<void> {
    const sealed = await deps.sealBeforeHanding(lease);
    if (sealed) session.shelf.sealed(lease, clock.monotonicMs());
    else if (session.shelf.drop(attemptKey(lease.jobId, lease.attempt)) !== undefined && isGranted) {
      giveBack.release([lease], "older logs could not be sealed", unsealedDelayMs);
    }
    update(session);
  }

  function shelve(session: RunnerSession, leases: readonly Lease[], isGranted: boolean): void {
    const now = clock.monotonicMs();
    for (const lease of leases) {
      const isFirst = lease.attempt <= 1;
      if (session.shelve(lease, now, isFirst, isGranted) && !isFirst) void seal(session, lease, isGranted);
    }
  }

  return {
    open(record) {
      const key = runnerKey(record.namespace, record.id);
      let session = sessions.get(key);
      if (session === undefined) {
        session = new RunnerSession(record, deps);
        sessions.set(key, session);
      }
      session.record = record;
      return session;
    },
    update,
    shelve: (session, leases) => shelve(session, leases, false),
    assign(leases) {
      const concerned = new Map<RunnerSession, Lease[]>();
      const homeless: Lease[] = [];
      let before: Lease | undefined;
      let own = homeless;
      for (const lease of leases) {
        // Many in a row are for the same runner.
        if (before?.runnerId !== lease.runnerId || before.namespace !== lease.namespace) {
          const session = find(lease.namespace, lease.runnerId);
          own = session === undefined ? homeless : (concerned.get(session) ?? []);
          if (session !== undefined) concerned.set(session, own);
        }
        before = lease;
        own.push(lease);
      }
      giveBack.release(homeless, "the runner is gone");
      for (const [session, own] of concerned) {
        shelve(session, own, true);
        update(session);
      }
    },
    revoke(namespace, runnerId, revocation) {
      const session = find(namespace, runnerId);
      if (session === undefined) return;
      const neverLeft = session.revoke(revocation);
      if (neverLeft && revocation.reason === Revocation_Reason.CANCEL_REQUESTED) {
        giveBack.cancel([{ namespace, runnerId, jobId: revocation.jobId, attempt: revocation.attempt }]);
      }
      update(session);
    },
    ended(namespace, runnerId, attempts) {
      const session = find(namespace, runnerId);
      if (session === undefined) return;
      for (const { jobId, attempt } of attempts) session.ended(jobId, attempt);
      update(session);
    },
    askForAll(isConcerned) {
      for (const session of sessions.values()) {
        if (!isConcerned(session.namespace)) continue;
        session.needsComplete = true;
        update(session);
      }
    },
    close(session) {
      for (const channel of session.channels.values()) channel.held?.end();
      session.connect("");
      session.shelf.takeOverdue(Number.POSITIVE_INFINITY);
      update(session);
    },
    get held() {
      let held = 0;
      for (const session of sessions.values()) {
        for (const channel of session.channels.values()) if (channel.held !== undefined) held++;
      }
      return held;
    },
    counts: () => countsOf(sessions.values()),
    stop() {
      stopping = true;
      for (const { timer } of timers.values()) clock.clearTimeout(timer);
      timers.clear();
      for (const session of sessions.values()) update(session);
    },
    giveBackRest() {
      for (const session of sessions.values()) {
        const rest = session.shelf.takeOverdue(Number.POSITIVE_INFINITY, oldest(clock.monotonicMs()));
        giveBack.release(rest, "the gateway is ending");
      }
    },
    get isStopping() {
      return stopping;
    },
  };
}

function* countsOf(sessions: Iterable<RunnerSession>): Iterable<SessionCounts> {
  for (const { namespace, record, channels, shelf } of sessions) {
    const heldCalls = [...channels.values()].filter(({ held }) => held !== undefined).length;
    yield { namespace, slots: record.slots, heldCalls, waiting: shelf.waiting };
  }
}

function revoked(): SwitchyardError {
  return new SwitchyardError("TOKEN_REVOKED", "the runner's token was revoked");
}

function notRegistered(runnerId: string): SwitchyardError {
  return new SwitchyardError("RUNNER_NOT_FOUND", `runner ${runnerId} is not registered`, { runner: runnerId });
}
