import { randomUUID } from "node:crypto";
import type { Client } from "@connectrpc/connect";
import { type Clock, systemClock, type Timer } from "@switchyard/clock";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type {
  DispatchService,
  RunnerRevocation,
  SyncCapacityResponse,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { attemptKey } from "../../domain/attempt-key.js";
import { durationFromMs } from "../../domain/durations.js";
import { CreditBook, type RunnerWish } from "./credit-book.js";

/** The one conversation by which this gateway gets work of a shard for all its runners there. */
export interface CapacityLoop {
  /** Notes what a runner can take now; told to the scheduler with the next call. */
  state(wish: RunnerWish): void;
  /** Takes back what the runners of a namespace wish, and returns what that was. */
  withdraw(namespace: string): RunnerWish[];
  /** Begins the conversation; returns at once. */
  start(): void;
  /** Takes all demand back and returns when the last leases have been delivered. */
  stop(): Promise<void>;
}

/** What {@link createCapacityLoop} needs. */
export interface CapacityLoopDeps {
  readonly scheduler: Client<typeof DispatchService>;
  /** The shard that it is with. */
  readonly shard: number;
  /** New leases, each told once. */
  readonly onLeases: (leases: readonly Lease[]) => void;
  /** Attempts to stop. */
  readonly onRevocations: (revocations: readonly RunnerRevocation[]) => void;
  /** The conversation was broken: leases may have been granted that did not arrive. */
  readonly onInterrupted: () => void;
  readonly onError: (error: unknown) => void;
  /** How long a call is held. Default 20 s. */
  readonly holdMs?: number;
  /** First wait after an error, doubled up to 2 s, with full jitter. Default 50 ms. */
  readonly backoffMs?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** Above so many runners in the books, a new session begins, so that those that are gone are forgotten. */
const maxRunners = 100_000;
const maxBackoffMs = 2_000;
/** Wait after an answer that came early and empty: a scheduler that is ending gives such, and must not be hammered. */
const earlyAnswerMs = 50;

/** What a grant is counted by. */
type Granted = Pick<Lease, "namespace" | "runnerId" | "jobId" | "attempt">;

/** One lifetime of the conversation at the scheduler. */
interface Session {
  readonly id: string;
  readonly book: CreditBook;
  revision: number;
  receivedDelivery: bigint;
  /** Answers whose receipt the scheduler may not know of yet: what it repeats of them is not counted again. */
  recent: readonly SyncCapacityResponse[];
  full: boolean;
  /** Cuts off the calls that are still under way. */
  readonly ended: AbortController;
}

/**
 * Creates the loop. It keeps one call held; when demand changes, a newer call replaces it, and the next change waits until the
 * replaced one has returned, so that the rate is bounded by round trips and not by runners.
 *
 * After an error a **new** session states all demand anew. Going on in the old one would be wrong with a scheduler that has
 * lost it: it would take the credit of the whole session for open demand. Before that the old session is closed: its demand is
 * taken back, or the scheduler would go on granting to it, and what it granted and did not deliver is received. What is lost
 * even so is held by its runners, and comes to light when they name what they have (`onInterrupted` asks them to).
 */
export function createCapacityLoop(deps: CapacityLoopDeps): CapacityLoop {
  const { scheduler, shard, holdMs = 20_000, backoffMs = 50, clock = systemClock } = deps;
  let session = newSession([]);
  let inFlight = 0;
  let tickle: Timer | undefined;
  let retryTimer: Timer | undefined;
  let failures = 0;
  /** Sessions that ended and are not closed yet, with nothing in their books. */
  const unclosed = new Set<Session>();
  let reopening = false;
  let started = false;
  let stopping = false;
  let onQuiet: (() => void) | undefined;

  /** One call is held; a second may replace it; a third waits for the replaced one to return. */
  function pump(): void {
    if (!started || stopping || retryTimer !== undefined || reopening) return;
    // Nothing is asked for anew before the old sessions are closed: a runner's demand must not stand twice.
    if (unclosed.size > 0) void reopen();
    else if (inFlight === 0 || (inFlight === 1 && session.book.hasNews)) void call(session);
  }

  /** One call, counted as under way until its answer has been taken in. Returns whether the answer told anything. */
  async function ask(current: Session, hold: number): Promise<boolean> {
    const { full, receivedDelivery } = current;
    current.full = false;
    inFlight++;
    try {
      const response = await scheduler.syncCapacity(
        {
          sessionId: current.id,
          revision: BigInt(++current.revision),
          demands: current.book.take(full),
          full,
          receivedDelivery,
          hold: durationFromMs(hold),
          shard,
        },
        { timeoutMs: hold + 10_000, signal: current.ended.signal },
      );
      failures = 0;
      return receive(current, response, receivedDelivery);
    } finally {
      inFlight--;
      if (inFlight === 0) onQuiet?.();
    }
  }

  async function call(current: Session): Promise<void> {
    const sentMs = clock.monotonicMs();
    try {
      const asking = ask(current, holdMs);
      const { revision } = current;
      // A call that a newer one has replaced is rightly empty.
      const isEarly = !(await asking) && current.revision === revision && clock.monotonicMs() - sentMs < holdMs / 2;
      if (isEarly) retryAfter(earlyAnswerMs);
    } catch (error) {
      if (current === session && !stopping) {
        abandon();
        fail(error);
      }
    }
    pump();
  }

  /** Goes on in a new session. */
  function abandon(): void {
    const old = session;
    unclosed.add(closing(old));
    session = newSession(old.book.wishes());
    // A call of it that hangs must not take the place of one that is needed; what it would bring, the closing brings.
    old.ended.abort();
  }

  /** Takes the demand of the ended sessions back and receives what they still have. */
  async function close(): Promise<void> {
    for (const old of unclosed) {
      await ask(old, 0);
      unclosed.delete(old);
    }
  }

  async function reopen(): Promise<void> {
    reopening = true;
    try {
      await close();
      deps.onInterrupted();
    } catch (error) {
      for (const old of unclosed) old.full = true;
      fail(error);
    } finally {
      reopening = false;
    }
    pump();
  }

  /** @param confirmed the delivery that the request named as received: what came up to it is not repeated any more */
  function receive(current: Session, response: SyncCapacityResponse, confirmed: bigint): boolean {
    current.recent = current.recent.filter(({ delivery }) => delivery > confirmed);
    if (response.delivery <= current.receivedDelivery) return false;
    const leases = withoutRepeated(response.leases, current.recent);
    const lapsed = withoutRepeated(response.lapsed, current.recent);
    current.receivedDelivery = response.delivery;
    current.recent = [...current.recent, response];
    for (const [first, count] of runsOf([...leases, ...lapsed]))
      current.book.grant(first.namespace, first.runnerId, count);
    if (leases.length > 0) deps.onLeases(leases);
    if (response.revocations.length > 0) deps.onRevocations(response.revocations);
    if (current.book.size > maxRunners && current === session) abandon();
    return true;
  }

  function fail(error: unknown): void {
    if (stopping) return;
    deps.onError(error);
    retryAfter(Math.random() * Math.min(maxBackoffMs, backoffMs * 2 ** failures++));
  }

  function retryAfter(waitMs: number): void {
    if (stopping) return;
    clock.clearTimeout(retryTimer);
    retryTimer = clock.setTimeout(() => {
      retryTimer = undefined;
      pump();
    }, waitMs);
  }

  /** Tells news at the end of this turn of the event loop, with the changes of all runners that come in it. */
  function tellNews(): void {
    if (!session.book.hasNews) return;
    tickle ??= clock.setImmediate(() => {
      tickle = undefined;
      pump();
    });
  }

  return {
    state(wish) {
      session.book.set(wish);
      tellNews();
    },
    withdraw(namespace) {
      const wishes = session.book.wishes().filter((wish) => wish.namespace === namespace);
      for (const wish of wishes) session.book.set({ ...wish, wanted: 0 });
      tellNews();
      return wishes;
    },
    start() {
      started = true;
      pump();
    },
    async stop() {
      if (!started || stopping) return;
      stopping = true;
      clock.clearImmediate(tickle);
      clock.clearTimeout(retryTimer);
      // Brings what was granted and has not arrived. Calls that are still held after that can bring nothing new.
      unclosed.add(closing(session));
      await close().catch(deps.onError);
      if (inFlight === 0) return;
      const quiet = new Promise<void>((resolve) => {
        onQuiet = resolve;
      });
      session.ended.abort();
      await quiet;
    },
  };
}

/** The leases that no earlier answer brought. Without such answers, which is when calls did not overlap, that is all of them. */
function withoutRepeated<T extends Granted>(
  leases: readonly T[],
  earlier: readonly SyncCapacityResponse[],
): readonly T[] {
  if (earlier.length === 0 || leases.length === 0) return leases;
  const known = new Set<string>();
  for (const response of earlier)
    for (const { jobId, attempt } of [...response.leases, ...response.lapsed]) known.add(attemptKey(jobId, attempt));
  return leases.filter(({ jobId, attempt }) => !known.has(attemptKey(jobId, attempt)));
}

/** Leases that stand in a row for one runner: the first of each row and how many it has. */
function runsOf(leases: readonly Granted[]): [Granted, number][] {
  const runs: [Granted, number][] = [];
  for (const lease of leases) {
    const last = runs.at(-1);
    if (last?.[0].runnerId === lease.runnerId && last[0].namespace === lease.namespace) last[1]++;
    else runs.push([lease, 1]);
  }
  return runs;
}

/** The same session with nothing in its books: a full statement of it takes everything back. */
function closing(session: Session): Session {
  return { ...session, book: new CreditBook(), full: true, ended: new AbortController() };
}

function newSession(wishes: readonly RunnerWish[]): Session {
  const book = new CreditBook();
  for (const wish of wishes) book.set(wish);
  return {
    id: randomUUID(),
    book,
    revision: 0,
    receivedDelivery: 0n,
    recent: [],
    full: true,
    ended: new AbortController(),
  };
}
