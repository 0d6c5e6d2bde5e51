import { create } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { type Clock, sleep, systemClock } from "@switchyard/clock";
import { type Coalescer, createCoalescer } from "@switchyard/collections";
import { isRetryable, reasonOf, SwitchyardError } from "@switchyard/errors";
import {
  type FinalLength,
  type LogService,
  type SealTarget,
  SealTargetSchema,
} from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { Outcome, StreamLength } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";

/** An attempt that has ended by a report. */
export interface EndedAttempt {
  readonly jobId: string;
  readonly attempt: number;
  readonly outcome: Outcome;
}

/** Ends log streams, in shared calls. */
export interface Seals {
  /**
   * Seals everything older than an attempt; settles when that is durable, so that from then on no byte of an earlier
   * attempt can be written. Rejects when the log store stays away for too long.
   */
  sealBefore(namespace: string, jobId: string, attempt: number): Promise<void>;
  /**
   * Seals attempts that have ended, each at the lengths that its outcome names; settles when all that is durable. Rejects when one
   * was refused, after the others have been sealed. Of those whose runner wrote nothing the log store is told so.
   */
  sealEnded(namespace: string, ended: readonly EndedAttempt[]): Promise<void>;
  /** Ends repeating: what the log store has not confirmed is given up. */
  stop(): Promise<void>;
}

/** What {@link createSeals} needs. */
export interface SealsDeps {
  readonly logStore: Client<typeof LogService>;
  /** Told of each failure; `willRepeat` when the store may only be away. */
  readonly onError: (error: unknown, willRepeat: boolean) => void;
  /** Deadline of one call. Default 10 s. */
  readonly timeoutMs?: number;
  /** Seals that may wait for a store that is away; more are refused. Default 50,000. */
  readonly maxWaiting?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

const maxTargets = 1_000;

/** Creates the sealer: per namespace one call under way at a time, repeated while the log store is away. */
export function createSeals(deps: SealsDeps): Seals {
  const { logStore, onError, timeoutMs = 10_000, maxWaiting = 50_000, clock = systemClock } = deps;
  const ending = new AbortController();
  const lanes = new Map<string, Coalescer<SealTarget, Error | undefined>>();

  /** Seals a batch; one target that is refused does not keep the others from being sealed. */
  async function flush(namespace: string, targets: readonly SealTarget[]): Promise<(Error | undefined)[]> {
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 2_000)) {
      try {
        await logStore.sealLog({ namespace, targets: [...targets] }, { timeoutMs, signal: ending.signal });
        return targets.map(() => undefined);
      } catch (error) {
        if (ending.signal.aborted) throw new SwitchyardError("SHUTTING_DOWN", undefined, {}, { cause: error });
        const willRepeat = isRetryable(error) || reasonOf(error) === "DEADLINE_EXCEEDED";
        onError(error, willRepeat);
        if (!willRepeat) return await sealSingly(namespace, targets, error);
        await sleep(clock, waitMs, ending.signal).catch(() => undefined);
      }
    }
  }

  async function sealSingly(namespace: string, targets: readonly SealTarget[], error: unknown) {
    if (targets.length === 1) return [error instanceof Error ? error : new Error(String(error))];
    const results: (Error | undefined)[] = [];
    for (const target of targets) results.push(...(await flush(namespace, [target])));
    return results;
  }

  async function seal(namespace: string, targets: readonly SealTarget[]): Promise<void> {
    let lane = lanes.get(namespace);
    if (lane === undefined) {
      lane = createCoalescer({ clock, maxItems: maxTargets, flush: (targets) => flush(namespace, targets) });
      lanes.set(namespace, lane);
    }
    if (lane.size + targets.length > maxWaiting) {
      throw new SwitchyardError("SERVICE_UNAVAILABLE", "too many log streams wait to be sealed");
    }
    const refused = (await lane.addAll(targets)).find((error) => error !== undefined);
    if (refused !== undefined) throw refused;
  }

  return {
    sealBefore: (namespace, jobId, attempt) =>
      seal(namespace, [create(SealTargetSchema, { jobId, which: { case: "beforeAttempt", value: attempt } })]),
    sealEnded: (namespace, ended) => seal(namespace, ended.map(targetOf)),
    async stop() {
      ending.abort();
      await Promise.all([...lanes.values()].map((lane) => lane.idle()));
    },
  };
}

/** Complete messages, which a transport within the process passes on as they are: there is one for each job. */
function targetOf({ jobId, attempt, outcome }: EndedAttempt): SealTarget {
  const { wroteNothing, streams } = outcome;
  return {
    $typeName: "switchyard.log.v1.SealTarget",
    jobId,
    which: attempt === 1 ? firstAttempt : { case: "attempt", value: attempt },
    lengths: streams.length === 0 ? noLengths : streams.map(lengthOf),
    empty: wroteNothing && streams.length === 0,
  };
}

function lengthOf({ stream, length }: StreamLength): FinalLength {
  return { $typeName: "switchyard.log.v1.FinalLength", stream, length };
}

// Shared by all targets.
const firstAttempt: SealTarget["which"] = { case: "attempt", value: 1 };
const noLengths: FinalLength[] = [];
