import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import type {
  RunnerRenewalResult,
  RunnerRenewalSchema,
} from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { refKey } from "../attempt-key.js";
import { durationFromMs, durationToMs } from "../durations.js";
import type { RenewalAnswer, RenewalNeed } from "./renewal-need.js";

/**
 * The one entry that a batch has for a runner, made of the needs of several calls. Needs are joined only where each
 * gets the very answer that it would have got alone; {@link tryAdd} refuses the others, which go into the next batch.
 */
export class MergedRenewal {
  readonly namespace: string;
  readonly runnerId: string;
  readonly #attempts = new Map<string, AttemptRef>();
  #complete = false;
  #renewHeld = false;
  #leave = false;
  #wantRevoked = false;
  #describeHeld = false;
  #presenceMs: number | undefined;
  #lease: RenewalNeed["lease"];

  constructor(need: RenewalNeed) {
    this.namespace = need.namespace;
    this.runnerId = need.runnerId;
    this.#lease = need.lease;
    this.#join(need);
  }

  /** How many attempts the entry names. */
  get size(): number {
    return this.#attempts.size;
  }

  /** Longest presence that any of the needs asked for; undefined when none did. */
  get presenceMs(): number | undefined {
    return this.#presenceMs;
  }

  /** Joins another need of the same runner, or says that it cannot be joined. */
  tryAdd(need: RenewalNeed): boolean {
    if (this.#leave || need.leave === true) return false;
    if (leaseMs(need.lease) !== leaseMs(this.#lease)) return false;
    const keys = (need.attempts ?? []).map(refKey);
    // Of a full set, what is not named is told apart: joining may add no name to it.
    if (this.#complete && !keys.every((key) => this.#attempts.has(key))) return false;
    if (need.complete === true) {
      const named = new Set(keys);
      for (const key of this.#attempts.keys()) if (!named.has(key)) return false;
      if (this.#complete && named.size !== this.#attempts.size) return false;
    }
    this.#join(need);
    return true;
  }

  /** The entry as it is sent. */
  toRequest(): MessageInitShape<typeof RunnerRenewalSchema> {
    return {
      namespace: this.namespace,
      runnerId: this.runnerId,
      attempts: [...this.#attempts.values()],
      complete: this.#complete,
      renewHeld: this.#renewHeld,
      leave: this.#leave,
      wantRevoked: this.#wantRevoked,
      describeHeld: this.#describeHeld,
      ...(this.#presenceMs === undefined ? {} : { presence: durationFromMs(this.#presenceMs) }),
      ...(this.#lease === undefined ? {} : { lease: this.#lease }),
    };
  }

  /** The part of the result that answers one of the needs. */
  answer(need: RenewalNeed, result: RunnerRenewalResult, sentMs: number): RenewalAnswer {
    const places = new Map([...this.#attempts.keys()].map((key, index) => [key, index]));
    const statuses = (need.attempts ?? []).map((ref) => {
      const status = result.statuses[places.get(refKey(ref)) ?? -1];
      if (status === undefined) throw new Error("the scheduler answered fewer attempts than were named");
      return status;
    });
    return {
      statuses,
      unnamed: need.complete === true ? result.unnamed : [],
      revoked: need.wantRevoked === true ? result.revoked : [],
      held: result.held,
      sentMs,
    };
  }

  #join(need: RenewalNeed): void {
    for (const ref of need.attempts ?? []) this.#attempts.set(refKey(ref), ref);
    this.#complete ||= need.complete ?? false;
    this.#renewHeld ||= need.renewHeld ?? false;
    this.#leave ||= need.leave ?? false;
    this.#wantRevoked ||= need.wantRevoked ?? false;
    this.#describeHeld ||= need.describeHeld ?? false;
    if (need.presenceMs !== undefined) this.#presenceMs = Math.max(need.presenceMs, this.#presenceMs ?? 0);
  }
}

function leaseMs(lease: RenewalNeed["lease"]): number | undefined {
  return lease === undefined ? undefined : durationToMs(lease);
}
