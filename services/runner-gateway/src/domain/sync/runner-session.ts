import { equals } from "@bufbuild/protobuf";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import { type Lease, type Revocation, Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { LeaseStatus } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { type RunnerProfile, RunnerProfileSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { attemptKey, refKey } from "../attempt-key.js";
import { durationToMs } from "../durations.js";
import type { RenewalAnswer } from "../renewals/renewal-need.js";
import type { RunnerRecord } from "../runner-record.js";
import { Channel } from "./channel.js";
import { Holdings } from "./holdings.js";
import { LeaseShelf } from "./lease-shelf.js";
import { endedRevocation, revocationOf } from "./status-to-revocation.js";
import { StopNotes } from "./stop-notes.js";
import { type KeepingTimes, Strays } from "./strays.js";

/** What an answer tells a runner; times are added by the call. */
export interface SessionAnswer {
  readonly revision: bigint;
  readonly leases: readonly Lease[];
  readonly stops: readonly Revocation[];
  readonly drain: boolean;
  readonly wantComplete: boolean;
}

/**
 * How old what a runner named last may be before it is asked to name all again, ms. A lease that was granted to a replica which then died is known to the scheduler
 * alone, and an attempt that hangs on its runner's presence does not end by itself.
 */
const completeEveryMs = 20_000;

/**
 * What this gateway knows of one runner that syncs with it. Pure state: time comes in by argument, calls and timers are its
 * owner's.
 *
 * It is a cache of levels. Whatever is missing or wrong here (another replica handed something out, an answer was lost) is
 * put right when the runner next names all that it has.
 */
export class RunnerSession {
  readonly namespace: string;
  readonly runnerId: string;
  readonly shelf = new LeaseShelf();
  readonly stops = new StopNotes();
  readonly holdings = new Holdings();
  readonly channels = new Map<number, Channel>();
  readonly strays: Strays;
  record: RunnerRecord;
  /** Names the runner's process; empty before its first call. */
  sessionId = "";
  /** What the runner takes, as its last call said. */
  profile: RunnerProfile | undefined;
  /** The last call said that the runner takes work. */
  accepts = true;
  /** It has confirmed an answer. A runner that never does says nothing about what it received. */
  confirms = false;
  /** The runner must name all that it has before anything else is believed. */
  needsComplete = false;
  /** When a call last came in or was answered, monotonic. */
  lastCallMs = 0;
  /** When the runner last named all that it has, monotonic. */
  #completeMs = Number.NEGATIVE_INFINITY;

  constructor(record: RunnerRecord, times: KeepingTimes) {
    this.strays = new Strays(times);
    this.namespace = record.namespace;
    this.runnerId = record.id;
    this.record = record;
  }

  /** A call comes from this process of the runner. Returns false when another process, or none, was known before. */
  connect(sessionId: string): boolean {
    if (sessionId === this.sessionId) return true;
    this.sessionId = sessionId;
    this.channels.clear();
    this.confirms = false;
    this.strays.beginAnew([...this.holdings.keys, ...this.shelf.dropHanded()]);
    this.holdings.clear();
    this.stops.clear();
    return false;
  }

  /** The channel of that number. */
  channel(index: number): Channel {
    let channel = this.channels.get(index);
    if (channel === undefined) {
      channel = new Channel(index);
      this.channels.set(index, channel);
    }
    return channel;
  }

  /** The runner confirms what it received. Returns false when it echoes a number that this channel never gave. */
  acknowledge(channel: Channel, received: bigint, nowMs: number): boolean {
    if (!channel.knows(received)) return false;
    this.confirms ||= received > 0n;
    channel.confirm(received);
    this.shelf.acknowledge(channel.index, received, nowMs, (key, endMs) => this.holdings.hold(key, endMs, nowMs));
    this.stops.acknowledge(channel.index, received);
    // What was told on a channel that the runner no longer uses is told again here.
    for (const other of this.channels.values()) {
      if (other !== channel && !other.isOpen(nowMs)) this.stops.acknowledge(other.index, 0n);
    }
    return true;
  }

  /** Whether a later call of the same channel has come in already, so that this one says nothing that is still true. */
  isOvertaken(sessionId: string, channel: number, received: bigint): boolean {
    return sessionId === this.sessionId && this.channels.get(channel)?.isOvertaken(received) === true;
  }

  /** What the runner takes; an equal profile stays the same object, so that it is no news for the scheduler. */
  accept(profile: RunnerProfile | undefined): void {
    if (profile === this.profile) return;
    if (profile !== undefined && this.profile !== undefined && equals(RunnerProfileSchema, profile, this.profile))
      return;
    this.profile = profile;
  }

  /**
   * Tells apart what a runner names: attempts whose standing only the scheduler knows, and those that a report of the runner
   * ended, of which the scheduler would read the history.
   */
  tellApart(attempts: readonly AttemptRef[]): { readonly open: AttemptRef[]; readonly ended: AttemptRef[] } {
    const open: AttemptRef[] = [];
    const ended: AttemptRef[] = [];
    for (const ref of attempts) (this.holdings.hasEnded(refKey(ref)) ? ended : open).push(ref);
    return { open, ended };
  }

  /**
   * Takes in how the attempts that the runner named stand.
   *
   * @param answer about those whose standing the scheduler knows
   * @param ended the others
   * @returns the leases that the runner should hold and did not name, and that nobody else can be bringing it
   */
  applyRenewal(
    answer: RenewalAnswer,
    ended: readonly AttemptRef[],
    complete: boolean,
    nowMs: number,
    wallMs: number,
  ): Lease[] {
    const named = new Set<string>();
    if (complete) {
      this.holdings.clear();
      this.needsComplete = false;
      this.#completeMs = nowMs;
    }
    for (const status of answer.statuses) {
      const key = keyOf(status);
      named.add(key);
      this.#applyStatus(key, status, answer.sentMs, wallMs);
    }
    for (const ref of ended) {
      named.add(refKey(ref));
      this.stops.addLate(endedRevocation(ref, wallMs));
    }
    if (!complete) return [];
    this.stops.settle(named);
    const isAlive = (channel: number) => this.channels.get(channel)?.isOpen(nowMs) ?? false;
    for (const lease of answer.unnamed) this.shelf.reclaim(lease, nowMs, isAlive);
    const missing = answer.unnamed.filter((lease) => !this.shelf.has(lease) && !this.holdings.hasEnded(keyOf(lease)));
    return this.strays.takeLost(missing, nowMs);
  }

  /**
   * Puts a lease on the shelf.
   *
   * @param sealed it may be handed out at once
   * @param isGranted it comes from its grant, and not from a look at what the runner should hold
   * @returns false when it is known: it is on the shelf, or the runner has it
   */
  shelve(lease: Lease, nowMs: number, sealed: boolean, isGranted: boolean): boolean {
    return !this.holdings.has(keyOf(lease)) && this.shelf.put(lease, nowMs, sealed, isGranted);
  }

  /** An attempt is revoked, or shall stop. Returns whether it never left this gateway, so that nobody else can stop it. */
  revoke(revocation: Revocation): boolean {
    const key = keyOf(revocation);
    const at = this.shelf.drop(key);
    if (at === "ready" || at === "sealing") return true;
    if (revocation.reason !== Revocation_Reason.CANCEL_REQUESTED) this.holdings.release(key);
    this.stops.add(revocation);
    return false;
  }

  /** A report of the runner ended an attempt. */
  ended(jobId: string, attempt: number): void {
    const key = attemptKey(jobId, attempt);
    this.holdings.end(key, this.record.slots);
    this.shelf.drop(key);
    this.stops.drop(key);
  }

  /** It may be given work: nobody said otherwise. */
  get isAccepting(): boolean {
    return this.accepts && !this.record.draining && !this.record.paused && this.record.revokedAtMs === undefined;
  }

  /** Leases that it can take over and above all that it has and that is on its way. */
  wanted(nowMs: number): number {
    if (!this.isAccepting || this.needsComplete) return 0;
    let free = -this.shelf.waiting;
    for (const channel of this.channels.values()) if (channel.isOpen(nowMs)) free += this.#room(channel);
    // The registered slots bound all channels together, whatever each of them asks for.
    return Math.max(0, Math.min(free, this.record.slots - this.holdings.size - this.shelf.size));
  }

  /** The runner asks for more than its slots leave: what this gateway believes it to hold may be out of date. */
  exceedsSlots(freeSlots: number): boolean {
    return this.holdings.size > 0 && freeSlots > Math.max(0, this.record.slots - this.holdings.size);
  }

  /** There is something that a held call should end with. */
  hasNews(channel: Channel): boolean {
    return (
      this.stops.hasNews ||
      this.needsComplete ||
      this.record.draining !== channel.toldDrain ||
      (this.isAccepting && this.shelf.hasReady && this.#room(channel) > 0)
    );
  }

  /** Makes the next answer of a channel, with what is there now. */
  answer(channel: Channel, nowMs: number): SessionAnswer {
    const revision = ++channel.revision;
    channel.toldDrain = this.record.draining;
    const room = this.isAccepting ? this.#room(channel) : 0;
    return {
      revision,
      leases: this.shelf.hand(room, channel.index, revision, nowMs),
      stops: this.stops.tell(channel.index, revision),
      drain: this.record.draining,
      wantComplete: this.needsComplete || nowMs >= this.#nextCompleteMs,
    };
  }

  get #nextCompleteMs(): number {
    return Math.min(this.holdings.renewDueMs, this.#completeMs + completeEveryMs);
  }

  #room(channel: Channel): number {
    return Math.max(0, channel.freeSlots - this.shelf.sentOn(channel.index));
  }

  #applyStatus(key: string, status: LeaseStatus, sentMs: number, wallMs: number): void {
    const held = status.reason === ErrorReason.UNSPECIFIED;
    const hasEnded = this.holdings.hasEnded(key);
    // The report that ended it may have been taken while this status was on the way.
    if (held && hasEnded) return;
    if (held) {
      const ttl = status.timeToLive;
      this.holdings.hold(key, ttl === undefined ? Number.POSITIVE_INFINITY : sentMs + durationToMs(ttl), sentMs);
    } else {
      this.holdings.release(key);
      this.shelf.drop(key);
    }
    const revocation = revocationOf(status, wallMs);
    if (revocation === undefined) return;
    // Naming an attempt whose report was taken is how a runner says that the report's answer has not reached it.
    if (hasEnded) this.stops.addLate(revocation);
    else this.stops.add(revocation);
  }
}

function keyOf({ jobId, attempt }: { readonly jobId: string; readonly attempt: number }): string {
  return attemptKey(jobId, attempt);
}
