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

/** The leases of one runner that are on their way to it. */
export class LeaseShelf {
  readonly #leases = new Map<string, Shelved>();

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
    return true;
  }

  /** The logs of older attempts are sealed. Returns false when the lease was taken away in the meantime. */
  sealed(lease: Lease, nowMs: number): boolean {
    const shelved = this.#leases.get(keyOf(lease));
    if (shelved?.place.at === "sealing") shelved.place = { at: "ready", sinceMs: nowMs };
    return shelved !== undefined;
  }

  /**
   * The runner confirms all answers of a channel up to a revision; what went out later is ready again. Returns what it has
   * now, with the end of each lease (monotonic; infinite where the runner's presence keeps it).
   */
  acknowledge(channel: number, received: bigint, nowMs: number): { readonly key: string; readonly endMs: number }[] {
    const arrived: { key: string; endMs: number }[] = [];
    for (const [key, shelved] of this.#leases) {
      const { place, lease, toldMs } = shelved;
      if (place.at !== "sent" || place.channel !== channel) continue;
      if (place.revision <= received) {
        shelved.place = { at: "received" };
        const ttl = lease.timeToLive;
        arrived.push({ key, endMs: ttl === undefined ? Number.POSITIVE_INFINITY : toldMs + durationToMs(ttl) });
      } else {
        shelved.place = { at: "ready", sinceMs: nowMs };
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
      shelved.place = { at: "ready", sinceMs: nowMs };
    }
  }

  /** Takes up to `room` ready leases for an answer. */
  hand(room: number, channel: number, revision: bigint, nowMs: number): Lease[] {
    const handed: Lease[] = [];
    for (const shelved of this.#leases.values()) {
      if (handed.length >= room) break;
      if (shelved.place.at !== "ready") continue;
      shelved.place = { at: "sent", channel, revision };
      handed.push(withRemainingTime(shelved, nowMs));
    }
    return handed;
  }

  /** Removes a lease, wherever it is. Returns where it was. */
  drop(key: string): Place["at"] | undefined {
    const at = this.#leases.get(key)?.place.at;
    this.#leases.delete(key);
    return at;
  }

  /** Removes the leases that a full statement of the runner has settled: they are named, or they are over. */
  dropReceived(): void {
    for (const [key, { place }] of this.#leases) if (place.at === "received") this.#leases.delete(key);
  }

  /** Removes what a process of the runner that is gone may have received; what it never saw stays for the next one. */
  dropHanded(): void {
    for (const [key, { place }] of this.#leases) {
      if (place.at === "sent" || place.at === "received") this.#leases.delete(key);
    }
  }

  /** Removes and returns the leases that have been ready since this moment or longer. */
  takeOverdue(sinceMs: number): Lease[] {
    const overdue: Lease[] = [];
    for (const [key, { place, lease }] of this.#leases) {
      if (place.at !== "ready" || place.sinceMs > sinceMs) continue;
      this.#leases.delete(key);
      overdue.push(lease);
    }
    return overdue;
  }

  /** When the oldest ready lease became ready; undefined when none is. */
  oldestReadyMs(): number | undefined {
    let oldest: number | undefined;
    for (const { place } of this.#leases.values()) {
      if (place.at === "ready" && (oldest === undefined || place.sinceMs < oldest)) oldest = place.sinceMs;
    }
    return oldest;
  }

  /** Leases that wait here, sealed or not. */
  get waiting(): number {
    let count = 0;
    for (const { place } of this.#leases.values()) if (place.at === "ready" || place.at === "sealing") count++;
    return count;
  }

  /** Leases that the runner has not confirmed. */
  get unconfirmed(): number {
    let count = 0;
    for (const { place } of this.#leases.values()) if (place.at !== "received") count++;
    return count;
  }

  /** Whether a lease may be handed out. */
  get hasReady(): boolean {
    for (const { place } of this.#leases.values()) if (place.at === "ready") return true;
    return false;
  }

  /** Leases that went out on a channel and are not confirmed. */
  sentOn(channel: number): number {
    let count = 0;
    for (const { place } of this.#leases.values()) if (place.at === "sent" && place.channel === channel) count++;
    return count;
  }

  /** Whether a lease is on the shelf. */
  has(lease: Lease): boolean {
    return this.#leases.has(keyOf(lease));
  }

  /** Everything on the shelf. */
  get size(): number {
    return this.#leases.size;
  }
}

function keyOf(lease: Lease): string {
  return attemptKey(lease.jobId, lease.attempt);
}

/** The scheduler told the time left when it answered; by now some of it has passed. */
function withRemainingTime({ lease, toldMs }: Shelved, nowMs: number): Lease {
  const elapsed = nowMs - toldMs;
  const rest = (duration: Lease["timeToLive"]) =>
    durationFromMs(durationToMs(duration as NonNullable<typeof duration>) - elapsed);
  return {
    ...lease,
    ...(lease.timeToLive === undefined ? {} : { timeToLive: rest(lease.timeToLive) }),
    ...(lease.executionTimeLeft === undefined ? {} : { executionTimeLeft: rest(lease.executionTimeLeft) }),
  };
}
