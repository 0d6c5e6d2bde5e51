import type { Lease } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { attemptKey } from "../attempt-key.js";
import { ReadyQueue } from "./ready-queue.js";
import { type HandedAnswer, type Place, ShelvedLease } from "./shelved-lease.js";
import { type Moment, TimeLeft } from "./time-left.js";

/**
 * The leases of one runner that are on their way to it, until it confirms their receipt. How many stand where is counted, since
 * every change asks for it, and none of the questions looks at all of them.
 */
export class LeaseShelf {
  readonly #leases = new Map<string, ShelvedLease>();
  readonly #count = { sealing: 0, ready: 0, sent: 0, gone: 0 };
  /** By number of the channel. */
  readonly #sentOn: number[] = [];
  readonly #fresh = new ReadyQueue();
  /** Those that were handed out before and got lost: they go first. */
  readonly #again = new ReadyQueue();
  /** Answers with leases whose receipt is not confirmed. */
  readonly #answers = new Set<HandedAnswer>();
  #now: Moment = { ms: Number.NaN };
  #readyNow: Place = { at: "ready", sinceMs: Number.NaN };

  /**
   * Puts a lease that was told just now. Returns false when it is known: then only its remaining time is news.
   *
   * @param isGranted it comes from its grant, and not from a look at what the runner should hold
   */
  put(lease: Lease, nowMs: number, sealed: boolean, isGranted = true): boolean {
    const key = keyOf(lease);
    const known = this.#leases.get(key);
    this.#setNow(nowMs);
    if (known !== undefined) {
      known.tell(lease, this.#now);
      return false;
    }
    const shelved = new ShelvedLease(lease, this.#now, sealed ? this.#readyNow : sealing, isGranted);
    this.#leases.set(key, shelved);
    this.#count[shelved.place.at]++;
    if (sealed) this.#fresh.add(shelved);
    return true;
  }

  /** The logs of older attempts are sealed. Returns false when the lease was taken away in the meantime. */
  sealed(lease: Lease, nowMs: number): boolean {
    const shelved = this.#leases.get(keyOf(lease));
    if (shelved?.place.at === "sealing") this.#ready(shelved, nowMs, this.#fresh);
    return shelved !== undefined;
  }

  /**
   * The runner confirms all answers of a channel up to a revision; what went out later is ready again. What the runner has now
   * leaves the shelf.
   *
   * @param onArrived told of each of these, with the end of its lease (monotonic; infinite where the runner's presence keeps it)
   */
  acknowledge(channel: number, received: bigint, nowMs: number, onArrived: (key: string, endMs: number) => void): void {
    for (const answer of this.#answers) {
      if (answer.channel !== channel) continue;
      for (const shelved of answer.leases) {
        if (shelved.place !== answer) continue;
        if (answer.revision > received) {
          this.#ready(shelved, nowMs, this.#again);
          continue;
        }
        const key = keyOf(shelved.lease);
        this.#leases.delete(key);
        this.#move(shelved, gone);
        onArrived(key, shelved.endMs);
      }
    }
  }

  /**
   * The runner holds this lease and did not name it, so it must be handed out again; unless it is on its way on a channel
   * that is alive, which will tell.
   */
  reclaim(lease: Lease, nowMs: number, isAlive: (channel: number) => boolean): void {
    const shelved = this.#leases.get(keyOf(lease));
    if (shelved === undefined) return;
    this.#setNow(nowMs);
    shelved.tell(lease, this.#now);
    if (shelved.place.at === "sent" && !isAlive(shelved.place.channel)) this.#ready(shelved, nowMs, this.#again);
  }

  /** Takes up to `room` ready leases for an answer. */
  hand(room: number, channel: number, revision: bigint, nowMs: number): Lease[] {
    const handed: Lease[] = [];
    if (room <= 0 || this.#count.ready === 0) return handed;
    this.#setNow(nowMs);
    const timeLeft = new TimeLeft(this.#now);
    const answer: HandedAnswer = { at: "sent", channel, revision, leases: [], left: 0 };
    while (handed.length < room) {
      const shelved = this.#again.take() ?? this.#fresh.take();
      if (shelved === undefined) break;
      this.#move(shelved, answer);
      answer.leases.push(shelved);
      handed.push(shelved.hand(timeLeft));
    }
    return handed;
  }

  /** Removes a lease, wherever it is. Returns where it was. */
  drop(key: string): Place["at"] | undefined {
    const shelved = this.#leases.get(key);
    if (shelved === undefined) return undefined;
    this.#leases.delete(key);
    const { at } = shelved.place;
    this.#move(shelved, gone);
    return at;
  }

  /**
   * Removes and names what a process of the runner that is gone may have received, be it here or from another replica, whether its answer counts as lost by now or
   * not. What it cannot have seen stays for the next one.
   */
  dropHanded(): string[] {
    const dropped: string[] = [];
    for (const [key, { isUntouched }] of this.#leases) if (!isUntouched) dropped.push(key);
    for (const key of dropped) this.drop(key);
    return dropped;
  }

  /**
   * Removes the leases that have been ready since this moment or longer. Returns those that the runner cannot have from anybody; of the
   * others its next full statement tells.
   *
   * @param notBeforeMs what has been ready since before this moment may have been handed out by another replica, too
   */
  takeOverdue(sinceMs: number, notBeforeMs = Number.NEGATIVE_INFINITY): Lease[] {
    const overdue: Lease[] = [];
    for (const queue of [this.#again, this.#fresh]) {
      for (let shelved = queue.first(); shelved !== undefined; shelved = queue.first()) {
        if (readySince(shelved) > sinceMs) break;
        const isMine = shelved.isUntouched && readySince(shelved) >= notBeforeMs;
        this.drop(keyOf(shelved.lease));
        if (isMine) overdue.push(shelved.lease);
      }
    }
    return overdue;
  }

  /** When the oldest ready lease became ready; undefined when none is. */
  oldestReadyMs(): number | undefined {
    if (this.#count.ready === 0) return undefined;
    const [again, fresh] = [this.#again.first(), this.#fresh.first()];
    return Math.min(
      again ? readySince(again) : Number.POSITIVE_INFINITY,
      fresh ? readySince(fresh) : Number.POSITIVE_INFINITY,
    );
  }

  /** Leases that wait here, sealed or not. */
  get waiting(): number {
    return this.#count.ready + this.#count.sealing;
  }

  /** Everything on the shelf: leases that the runner has not confirmed. */
  get size(): number {
    return this.#leases.size;
  }

  /** Whether a lease may be handed out. */
  get hasReady(): boolean {
    return this.#count.ready > 0;
  }

  /** Leases that went out on a channel and are not confirmed. */
  sentOn(channel: number): number {
    return this.#sentOn[channel] ?? 0;
  }

  /** Whether a lease is on the shelf. */
  has(lease: Lease): boolean {
    return this.#leases.has(keyOf(lease));
  }

  #ready(shelved: ShelvedLease, nowMs: number, queue: ReadyQueue): void {
    this.#setNow(nowMs);
    this.#move(shelved, this.#readyNow);
    queue.add(shelved);
  }

  #move(shelved: ShelvedLease, place: Place): void {
    const { place: before } = shelved;
    this.#count[before.at]--;
    if (before.at === "sent") {
      this.#sentOn[before.channel] = this.sentOn(before.channel) - 1;
      if (--before.left === 0) this.#answers.delete(before);
    }
    shelved.place = place;
    this.#count[place.at]++;
    if (place.at === "sent") {
      this.#sentOn[place.channel] = this.sentOn(place.channel) + 1;
      if (++place.left === 1) this.#answers.add(place);
    }
  }

  /** Leases that come at the same time share their moment and place. */
  #setNow(nowMs: number): void {
    if (this.#now.ms === nowMs) return;
    this.#now = { ms: nowMs };
    this.#readyNow = { at: "ready", sinceMs: nowMs };
  }
}

const sealing: Place = { at: "sealing" };
const gone: Place = { at: "gone" };

function readySince({ place }: ShelvedLease): number {
  return place.at === "ready" ? place.sinceMs : Number.POSITIVE_INFINITY;
}

function keyOf(lease: Lease): string {
  return attemptKey(lease.jobId, lease.attempt);
}
