import { type Revocation, Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { attemptKey } from "../attempt-key.js";

interface Note {
  revocation: Revocation;
  /** The answer that told it; undefined while it has not been told. */
  told: { readonly channel: number; readonly revision: bigint } | undefined;
  /** The runner has confirmed it. It is repeated as long as the runner names the attempt, but ends no held call. */
  confirmed: boolean;
}

/** The attempts that one runner shall stop, and how much of that it knows. */
export class StopNotes {
  readonly #notes = new Map<string, Note>();
  /** Ended attempts that the runner named all the same. */
  readonly #late = new Map<string, Revocation>();

  /**
   * The runner named an attempt whose report was taken: the next answer tells it, in case the one to the report was lost. It
   * ends no held call and is told once, since a runner that misses this too will name the attempt again.
   */
  addLate(revocation: Revocation): void {
    this.#late.set(attemptKey(revocation.jobId, revocation.attempt), revocation);
  }

  /** Notes a stop; the same reason again is no news. */
  add(revocation: Revocation): void {
    const key = attemptKey(revocation.jobId, revocation.attempt);
    const known = this.#notes.get(key);
    if (known?.revocation.reason === revocation.reason) return;
    // A cancel that is asked for does not weaken the news that the attempt is over.
    if (known !== undefined && revocation.reason === Revocation_Reason.CANCEL_REQUESTED) return;
    this.#notes.set(key, { revocation, told: undefined, confirmed: false });
  }

  /** There is a stop that the runner has not been told. */
  get hasNews(): boolean {
    for (const note of this.#notes.values()) if (note.told === undefined && !note.confirmed) return true;
    return false;
  }

  /** The runner confirms all answers of a channel up to a revision; what went out later is news again. */
  acknowledge(channel: number, received: bigint): void {
    for (const note of this.#notes.values()) {
      if (note.told?.channel !== channel) continue;
      if (note.told.revision <= received) note.confirmed = true;
      note.told = undefined;
    }
  }

  /** The stops for an answer. */
  tell(channel: number, revision: bigint): Revocation[] {
    const stops: Revocation[] = [];
    for (const note of this.#notes.values()) {
      if (note.told !== undefined && note.told.channel !== channel) continue;
      if (!note.confirmed) note.told = { channel, revision };
      stops.push(note.revocation);
    }
    for (const revocation of this.#late.values()) stops.push(revocation);
    this.#late.clear();
    return stops;
  }

  /** The runner names exactly these attempts: what it confirmed and no longer names is settled. */
  settle(named: ReadonlySet<string>): void {
    for (const [key, note] of this.#notes) if (note.confirmed && !named.has(key)) this.#notes.delete(key);
  }

  /** Forgets an attempt. */
  drop(key: string): void {
    this.#notes.delete(key);
    this.#late.delete(key);
  }

  /** Forgets everything. */
  clear(): void {
    this.#notes.clear();
    this.#late.clear();
  }
}
