import type { Duration } from "@bufbuild/protobuf/wkt";
import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { attemptKey } from "../attempt-key.js";
import { durationFromMs, durationToMs } from "../durations.js";

/**
 * Where a lease stands on its way to the runner:
 *
 * - `sealing`: older attempts' logs are being sealed; it may not be handed out yet
 * - `ready`: it waits for a call of the runner that has room
 * - `sent`: it went out in an answer whose receipt the runner has not confirmed; lost answers end here and go back to `ready`
 * - `received`: the runner has it; it leaves the shelf when the runner names all that it has
 */
type Place =
  | { readonly at: "sealing" }
  | { readonly at: "ready"; readonly sinceMs: number }
  | { readonly at: "sent"; readonly channel: number; readonly revision: bigint }
  | { readonly at: "received" };

interface Shelved {
  lease: Lease;
  /** When the lease's time to live was told, monotonic. */
  toldMs: number;
  place: Place;
}

/** The leases of one runner that are on their way to it. How many stand where is counted, since every change asks for it. */
export class LeaseShelf {
  readonly #leases = new Map<string, Shelved>();
  readonly #count = { sealing: 0, ready: 0, sent: 0, received: 0 };
  readonly #sentOn = new Map<number, number>();

  /** Puts a lease that was told just now. Returns false when it is known: then only its remaining time is news. */
  put(lease: Lease, nowMs: number, sealed: boolean): boolean {
    const key = keyOf(lease);
    const known = this.#leases.get(key);
    if (known !== undefined) {
      known.lease = lease;
      known.toldMs = nowMs;
      return false;
    }
    const place: Place = sealed ? { at: "ready", sinceMs: nowMs } : { at: "sealing" };
    this.#leases.set(key, { lease, toldMs: nowMs, place });
    this.#tally(place, 1);
    return true;
  }

  /** The logs of older attempts are sealed. Returns false when the lease was taken away in the meantime. */
  sealed(lease: Lease, nowMs: number): boolean {
    const shelved = this.#leases.get(keyOf(lease));
    if (shelved?.place.at === "sealing") this.#move(shelved, { at: "ready", sinceMs: nowMs });
    return shelved !== undefined;
  }

  /**
   * The runner confirms all answers of a channel up to a revision; what went out later is ready again. Returns what it has
   * now, with the end of each lease (monotonic; infinite where the runner's presence keeps it).
   */
  acknowledge(channel: number, received: bigint, nowMs: number): { readonly key: string; readonly endMs: number }[] {
    const arrived: { key: string; endMs: number }[] = [];
    if (this.sentOn(channel) === 0) return arrived;
    for (const [key, shelved] of this.#leases) {
      const { place, lease, toldMs } = shelved;
      if (place.at !== "sent" || place.channel !== channel) continue;
      if (place.revision <= received) {
        this.#move(shelved, { at: "received" });
        const ttl = lease.timeToLive;
        arrived.push({ key, endMs: ttl === undefined ? Number.POSITIVE_INFINITY : toldMs + durationToMs(ttl) });
      } else {
        this.#move(shelved, { at: "ready", sinceMs: nowMs });
      }
    }
    return arrived;
  }

  /**
   * The runner holds this lease and did not name it, so it must be handed out again; unless it is on its way on a channel
   * that is alive, which will tell.
   */
  reclaim(lease: Lease, nowMs: number, isAlive: (channel: number) => boolean): void {
    const shelved = this.#leases.get(keyOf(lease));
    if (shelved === undefined) return;
    shelved.lease = lease;
    shelved.toldMs = nowMs;
    const { place } = shelved;
    if (place.at === "received" || (place.at === "sent" && !isAlive(place.channel))) {
      this.#move(shelved, { at: "ready", sinceMs: nowMs });
    }
  }

  /** Takes up to `room` ready leases for an answer. */
  hand(room: number, channel: number, revision: bigint, nowMs: number): Lease[] {
    const handed: Lease[] = [];
    for (const shelved of this.#leases.values()) {
      if (handed.length >= room || this.#count.ready === 0) break;
      if (shelved.place.at !== "ready") continue;
      this.#move(shelved, { at: "sent", channel, revision });
      handed.push(withRemainingTime(shelved, nowMs));
    }
    return handed;
  }

  /** Removes a lease, wherever it is. Returns where it was. */
  drop(key: string): Place["at"] | undefined {
    const shelved = this.#leases.get(key);
    if (shelved === undefined) return undefined;
    this.#leases.delete(key);
    this.#tally(shelved.place, -1);
    return shelved.place.at;
  }

  /** Removes the leases that a full statement of the runner has settled: they are named, or they are over. */
  dropReceived(): void {
    for (const [key, { place }] of this.#leases) if (place.at === "received") this.drop(key);
  }

  /** Removes what a process of the runner that is gone may have received; what it never saw stays for the next one. */
  dropHanded(): void {
    for (const [key, { place }] of this.#leases) if (place.at === "sent" || place.at === "received") this.drop(key);
  }

  /** Removes and returns the leases that have been ready since this moment or longer. */
  takeOverdue(sinceMs: number): Lease[] {
    const overdue: Lease[] = [];
    if (this.#count.ready === 0) return overdue;
    for (const [key, { place, lease }] of this.#leases) {
      if (place.at !== "ready" || place.sinceMs > sinceMs) continue;
      this.drop(key);
      overdue.push(lease);
    }
    return overdue;
  }

  /** When the oldest ready lease became ready; undefined when none is. */
  oldestReadyMs(): number | undefined {
    let oldest: number | undefined;
    if (this.#count.ready === 0) return oldest;
    for (const { place } of this.#leases.values()) {
      if (place.at === "ready" && (oldest === undefined || place.sinceMs < oldest)) oldest = place.sinceMs;
    }
    return oldest;
  }

  /** Leases that wait here, sealed or not. */
  get waiting(): number {
    return this.#count.ready + this.#count.sealing;
  }

  /** Leases that the runner has not confirmed. */
  get unconfirmed(): number {
    return this.#leases.size - this.#count.received;
  }

  /** Whether a lease may be handed out. */
  get hasReady(): boolean {
    return this.#count.ready > 0;
  }

  /** Leases that went out on a channel and are not confirmed. */
  sentOn(channel: number): number {
    return this.#sentOn.get(channel) ?? 0;
  }

  /** Whether a lease is on the shelf. */
  has(lease: Lease): boolean {
    return this.#leases.has(keyOf(lease));
  }

  /** Everything on the shelf. */
  get size(): number {
    return this.#leases.size;
  }

  #move(shelved: Shelved, place: Place): void {
    this.#tally(shelved.place, -1);
    shelved.place = place;
    this.#tally(place, 1);
  }

  #tally(place: Place, change: 1 | -1): void {
    this.#count[place.at] += change;
    if (place.at === "sent") this.#sentOn.set(place.channel, this.sentOn(place.channel) + change);
  }
}

function keyOf(lease: Lease): string {
  return attemptKey(lease.jobId, lease.attempt);
}

/** The scheduler told the time left when it answered; by now some of it has passed. */
function withRemainingTime({ lease, toldMs }: Shelved, nowMs: number): Lease {
  const elapsed = nowMs - toldMs;
  // A spread of the message and nothing else is copied as a whole; with more in it each field would be looked at.
  const copy = { ...lease };
  if (lease.timeToLive !== undefined) copy.timeToLive = rest(lease.timeToLive, elapsed);
  if (lease.executionTimeLeft !== undefined) copy.executionTimeLeft = rest(lease.executionTimeLeft, elapsed);
  return copy;
}

function rest(duration: Duration, elapsedMs: number): Duration {
  return durationFromMs(durationToMs(duration) - elapsedMs);
}
