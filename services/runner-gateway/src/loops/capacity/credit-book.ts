import type { MessageInitShape } from "@bufbuild/protobuf";
import type { RunnerDemandSchema } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { RunnerProfile } from "@switchyard/proto/switchyard/scheduler/v1/job_service_pb";
import { runnerKey } from "../../domain/runner-record.js";

/** What one runner can take now. */
export interface RunnerWish {
  readonly namespace: string;
  readonly runnerId: string;
  /** What it can do. */
  readonly profile: RunnerProfile | undefined;
  /** Leases that it can take now, over and above all that were granted. */
  readonly wanted: number;
}

interface Entry {
  wish: RunnerWish;
  /** Leases that arrived for the runner in this session. */
  granted: number;
  /** The credit that the scheduler was told last. */
  stated: number;
  /** The profile that the scheduler was told last. */
  statedProfile: RunnerProfile | undefined;
  known: boolean;
}

/**
 * The books of one session of `SyncCapacity`: per runner what was granted and what is wanted. Credit is their sum and so
 * only rises while the wish stays, whatever crosses on the wire; a smaller wish lowers it, never below what was granted.
 */
export class CreditBook {
  readonly #entries = new Map<string, Entry>();
  readonly #dirty = new Set<string>();

  /** A wish differs from what the scheduler was told. */
  get hasNews(): boolean {
    return this.#dirty.size > 0;
  }

  /** Runners in the books. They stay for the session, as the scheduler goes on counting their grants. */
  get size(): number {
    return this.#entries.size;
  }

  /** Notes what a runner can take. */
  set(wish: RunnerWish): void {
    const key = runnerKey(wish.namespace, wish.runnerId);
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      if (wish.wanted === 0) return;
      this.#entries.set(key, { wish, granted: 0, stated: 0, statedProfile: undefined, known: false });
    } else {
      entry.wish = wish;
    }
    this.#compare(key);
  }

  /** Notes that leases arrived for a runner. The wish stays until its owner sets a new one. */
  grant(namespace: string, runnerId: string, count: number): void {
    const key = runnerKey(namespace, runnerId);
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.granted += count;
    this.#compare(key);
  }

  /** Everything that the scheduler must hear: what changed, or all runners that want something. Counts as told. */
  take(full: boolean): MessageInitShape<typeof RunnerDemandSchema>[] {
    const keys = full ? [...this.#entries.keys()] : [...this.#dirty];
    this.#dirty.clear();
    const demands: MessageInitShape<typeof RunnerDemandSchema>[] = [];
    for (const key of keys) {
      const entry = this.#entries.get(key) as Entry;
      const { namespace, runnerId, profile, wanted } = entry.wish;
      const profileIsNews = full || !entry.known || entry.statedProfile !== profile;
      entry.stated = entry.granted + wanted;
      entry.statedProfile = profile;
      entry.known = true;
      demands.push({
        namespace,
        runnerId,
        credit: BigInt(entry.stated),
        ...(profileIsNews && profile !== undefined ? { profile } : {}),
      });
    }
    return demands;
  }

  /** The wishes that ask for something. */
  wishes(): RunnerWish[] {
    return [...this.#entries.values()].map(({ wish }) => wish).filter(({ wanted }) => wanted > 0);
  }

  #compare(key: string): void {
    const entry = this.#entries.get(key) as Entry;
    const credit = entry.granted + entry.wish.wanted;
    if (credit === entry.stated && (credit === entry.granted || entry.statedProfile === entry.wish.profile)) {
      this.#dirty.delete(key);
    } else {
      this.#dirty.add(key);
    }
  }
}
