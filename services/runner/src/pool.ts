import type { Transport } from "@connectrpc/connect";
import { createRunner, type Runner, type RunnerSettings } from "@switchyard/client";
import type { RunnerCounts } from "@switchyard/service-kit";
import type { ExecutorProfile } from "./profiles.js";

/** A set of runners in this process. */
export interface RunnerPoolOptions extends RunnerSettings {
  /** To the runner gateway. */
  readonly transport: Transport;
  readonly namespace: string;
  /** Runners to begin with. */
  readonly size: number;
  readonly profile: ExecutorProfile;
  readonly labels?: Readonly<Record<string, string>>;
  /** Jobs at once, each runner. Default 1. */
  readonly slots?: number;
  /** Name of the runner with a number, from 1. Default: `pool-<number>`. */
  readonly name?: (number: number) => string;
  /** Its id, to be the same runner in every life of this process. Default: the gateway makes one. */
  readonly runnerId?: (number: number) => string;
  /** How long to wait before a runner that ended by itself is replaced, in milliseconds. Default 1,000. */
  readonly replaceDelayMs?: number;
}

/** Keeps as many runners as are wanted. */
export interface RunnerPool {
  /** Runners that are meant to be here; remembered over a stop. */
  readonly size: number;
  readonly running: boolean;
  /** The runners that are here. */
  readonly runners: readonly Runner[];
  /** What they do now, for metrics. */
  readonly counts: readonly RunnerCounts[];
  /** Brings the pool to its size; settles when every runner is registered. After a stop too. */
  start(): Promise<void>;
  /** Changes the size; of a pool that runs it settles when exactly that many are here. Idle ones go first; a busy one gives its job back. */
  scale(size: number): Promise<void>;
  /** Ends all runners, giving their jobs back after `drainMs`, default 0. */
  stop(drainMs?: number): Promise<void>;
}

/** Makes a pool; nothing runs before `start`. Changes happen one after the other. */
export function createRunnerPool(options: RunnerPoolOptions): RunnerPool {
  const { transport, namespace, profile, name = (number) => `pool-${number}`, replaceDelayMs = 1_000 } = options;
  const members = new Map<number, Runner>();
  let size = options.size;
  let running = false;
  let last: Promise<unknown> = Promise.resolve();
  let replacing: NodeJS.Timeout | undefined;

  /** After everything that was asked for before. */
  const inTurn = (change: () => Promise<void>): Promise<void> => {
    const done = last.then(change);
    last = done.catch(() => undefined);
    return done;
  };

  const startOne = async () => {
    let number = 1;
    while (members.has(number)) number++;
    const { size: _, runnerId, profile: __, name: ___, replaceDelayMs: ____, ...settings } = options;
    const runner = createRunner({
      ...settings,
      transport,
      namespace,
      name: name(number),
      kinds: profile.kinds,
      execute: profile.execute,
      ...(runnerId === undefined ? {} : { runnerId: runnerId(number) }),
    });
    members.set(number, runner);
    const replace = () => {
      // Ended by an operator's drain, or refused; the others are none the worse for it.
      if (members.get(number) !== runner) return;
      members.delete(number);
      clearTimeout(replacing);
      replacing = setTimeout(() => void inTurn(reach).catch(() => undefined), replaceDelayMs);
    };
    runner.ended.then(replace, replace);
    await runner.start();
  };

  const stopSome = async (count: number, drainMs: number) => {
    // Of equally busy ones those with the highest numbers, so that names stay the first few.
    const leaving = [...members]
      .sort(([numberA, a], [numberB, b]) => a.activeCount - b.activeCount || numberB - numberA)
      .slice(0, count);
    for (const [number] of leaving) members.delete(number);
    await Promise.all(leaving.map(([, runner]) => runner.stop(drainMs)));
  };

  const reach = async () => {
    const wanted = running ? size : 0;
    if (members.size > wanted) await stopSome(members.size - wanted, 0);
    await Promise.all(Array.from({ length: Math.max(0, wanted - members.size) }, startOne));
  };

  return {
    get size() {
      return size;
    },
    get running() {
      return running;
    },
    get runners() {
      return [...members.values()];
    },
    get counts() {
      return [...members.values()].map((runner) => countsOf(runner, options.slots));
    },
    start: () =>
      inTurn(() => {
        running = true;
        return reach();
      }),
    scale: (wanted) =>
      inTurn(() => {
        size = wanted;
        return reach();
      }),
    stop(drainMs = 0) {
      // At once and not in turn: a start may be waiting for a gateway that is away.
      for (const runner of members.values()) void runner.stop(drainMs);
      return inTurn(async () => {
        running = false;
        clearTimeout(replacing);
        await stopSome(members.size, drainMs);
      });
    },
  };
}

/** What a runner does now. @param slots default 1, as the client library has it */
export function countsOf({ state, activeCount }: Runner, slots = 1): RunnerCounts {
  return { state, activeCount, slots };
}
