import { SwitchyardError } from "@switchyard/errors";
import { createPool } from "@switchyard/postgres";
import { createFlushFaults, type FlushFaults } from "@switchyard/testkit";
import { pino } from "pino";
import { createSchedulerDatabase, cutLanes, startScheduler, type TestScheduler } from "../../setup.js";
import type { Api } from "./api.js";
import { createTestClock, type TestClock } from "./test-clock.js";

/** Where sequences run: one database and the scheduler on it, shared by many namespaces. Its troubles hit all of them. */
export interface Arena {
  readonly clock: TestClock;
  readonly faults: FlushFaults;
  /** Whether writes may fail here at all; without, nobody may arm a fault either. */
  readonly mayFail: boolean;
  /** What the self-audit found: memory that disagreed with itself or with the tables. */
  readonly findings: readonly string[];
  /** Makes a call to whoever owns the shard now. Waits while the owner changes. */
  call<T>(work: (api: Api) => Promise<T>): Promise<T>;
  /** The same for a stream, which ends with its owner and isn't waited for when that stops. */
  open(): Promise<Api>;
  /** Whether whoever answers there is ending, or has ended. */
  isOver(api: Api): boolean;
  /** Cuts the lanes' connections: memory is dropped and loaded again. */
  endTerm(): Promise<void>;
  /** Stops the scheduler, which hands the shard over, and starts another replica. */
  changeOwner(): Promise<void>;
  close(): Promise<void>;
}

/** Options of {@link createArena}. */
export interface ArenaOptions {
  readonly seed: number;
  /** Share of the flushes that fail, in equal parts before the commit, after it and in flight. As many again are slow. */
  readonly faults: number;
}

/** Only a change of owner ends the ownership: the clock moves in leaps, and a real lease of the shard would end with each. */
const shardLeaseMs = 10 * 86_400_000;

/** Often enough to look into the middle of sequences. */
const auditIntervalMs = 1_000;

/** Starts a scheduler on a database of its own. */
export async function createArena({ seed, faults: rate }: ArenaOptions): Promise<Arena> {
  const database = await createSchedulerDatabase();
  const pool = createPool({ url: database.url, applicationName: "arena", log: pino({ level: "silent" }), max: 1 });
  const clock = createTestClock();
  const part = rate / 3;
  const faults = createFlushFaults({ seed, rates: { before: part, after: part, "in-flight": part, slow: rate } });
  const findings: string[] = [];
  const deps = {
    clock,
    interceptFlush: faults.intercept,
    onFinding: ({ sort, message }: { sort: string; message: string }) => void findings.push(`${sort}: ${message}`),
  };
  let replicas = 0;
  const start = () =>
    startScheduler(database, { replicaId: `replica-${++replicas}`, shardLeaseMs, auditIntervalMs }, deps);
  let system: Promise<TestScheduler> = start();
  let changing: Promise<void> | undefined;
  const calls = new Set<Promise<unknown>>();
  const over = new WeakSet<Api>();

  async function change(): Promise<void> {
    const old = await system;
    let begun: (() => void) | undefined;
    // Whoever calls from now on waits for the next owner.
    system = new Promise<void>((resolve) => (begun = resolve)).then(start);
    // As a host does: calls that are being served are waited for.
    await Promise.allSettled(calls);
    over.add(apiOf(old));
    await old.stop();
    begun?.();
    await system;
  }

  return {
    clock,
    faults,
    mayFail: rate > 0,
    findings,
    async call(work) {
      const done = work(apiOf(await system));
      calls.add(done);
      return done.finally(() => calls.delete(done));
    },
    open: async () => apiOf(await system),
    isOver: (api) => over.has(api),
    endTerm: () => cutLanes(pool),
    changeOwner: () => (changing ??= change().finally(() => (changing = undefined))),
    async close() {
      await (await system).stop();
      await pool.close();
      await database.drop();
    },
  };
}

const apis = new WeakMap<TestScheduler, Api>();

function apiOf(system: TestScheduler): Api {
  const api = apis.get(system) ?? { ...system.jobs, ...system.queues, ...system.dispatch };
  apis.set(system, api);
  return api;
}

/** Thrown by whoever repeats a call for too long: the arena is of no use any more. */
export function givenUp(method: string, cause: unknown): SwitchyardError {
  return new SwitchyardError("INTERNAL", `${method} was repeated in vain`, {}, { cause });
}
