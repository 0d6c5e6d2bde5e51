import { setTimeout as sleep } from "node:timers/promises";
import type { TcpProxy } from "@switchyard/testkit";
import type { ChaosSystem, Part } from "../chaos-system.js";
import type { ChaosProcess } from "../processes/chaos-process.js";
import type { FaultClass } from "./fault-plan.js";

/** A fault that has begun. */
export interface BegunFault {
  /** What it hits, for people. */
  readonly target: string;
  /** Settles when it is over: the process runs again, the way is healed, the database takes writes and has its standby. */
  readonly over: Promise<void>;
}

/** Lets faults happen to a system. */
export interface Injector {
  /** Begins a fault of a class; undefined: everything that it could hit is in the midst of another one. */
  begin(fault: FaultClass): BegunFault | undefined;
}

/** Longest pause: well over the lease of a shard (4 s) and of an attempt of the load (6 s). */
const maxPauseMs = 15_000;
const maxDownMs = 4_000;
const maxBrokenMs = 12_000;

/** Makes an injector. What it chooses depends on the random numbers, and on what is hit already. */
export function createInjector(system: ChaosSystem, random: () => number): Injector {
  /** Processes and ways that are in the midst of a fault; `postgres` for the database. */
  const busy = new Set<string>();

  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  /** More short ones than long ones. */
  const upTo = (ms: number) => random() ** 2 * ms;

  const hold = (name: string, target: string, happen: () => Promise<void>): BegunFault => {
    busy.add(name);
    return { target, over: happen().finally(() => busy.delete(name)) };
  };
  const pickProcess = (part: Part): ChaosProcess | undefined => {
    const free = system.parts[part].filter(({ name }) => !busy.has(name));
    return pick(free);
  };
  const onProcess = (part: Part, happen: (one: ChaosProcess) => Promise<void>): BegunFault | undefined => {
    const one = pickProcess(part);
    return one && hold(one.name, one.name, () => happen(one));
  };
  const onWay = (what: string, happen: (way: TcpProxy) => Promise<void>): BegunFault | undefined => {
    // Ways that nothing goes over are left alone.
    const used = [...system.ways.all].filter(([name, { connections }]) => connections > 0 && !busy.has(name));
    const [name, way] = pick(used) ?? [];
    return name === undefined || way === undefined ? undefined : hold(name, `${name}${what}`, () => happen(way));
  };
  const kill = (part: Part) =>
    onProcess(part, async (one) => {
      await one.kill();
      await sleep(upTo(maxDownMs));
      await one.start();
    });
  const pause = (part: Part) =>
    onProcess(part, async (one) => {
      one.pause();
      await sleep(1_000 + upTo(maxPauseMs - 1_000));
      one.resume();
    });
  const onPostgres = (target: string, happen: () => Promise<void>) =>
    busy.has("postgres") ? undefined : hold("postgres", target, happen);

  const broken = async (way: TcpProxy, begin: () => void): Promise<void> => {
    begin();
    await sleep(500 + upTo(maxBrokenMs));
    way.refuse(false);
    way.heal();
  };

  const faults: Readonly<Record<FaultClass, () => BegunFault | undefined>> = {
    "kill scheduler": () => kill("scheduler"),
    "pause scheduler": () => pause("scheduler"),
    "kill gateway": () => kill("gateway"),
    "pause gateway": () => pause("gateway"),
    "kill log-store": () => kill("log-store"),
    "pause log-store": () => pause("log-store"),
    "kill runner": () => kill("runner"),
    "pause runner": () => pause("runner"),
    "cut a way": () => onWay("", async (way) => way.cut()),
    "refuse a way": () =>
      onWay("", (way) =>
        broken(way, () => {
          way.refuse(true);
          way.cut();
        }),
      ),
    "half-open way": () => {
      const direction = random() < 0.5 ? "up" : "down";
      return onWay(`, ${direction}`, async (way) => {
        await broken(way, () => way.swallow(direction));
        // What was swallowed is lost; whoever still holds such a connection learns of it now.
        way.cut();
      });
    },
    "slow way": () => onWay("", (way) => broken(way, () => way.delay(20 + random() * 200))),
    "restart PostgreSQL": () => {
      const how = random() < 0.5 ? "fast" : "immediate";
      return onPostgres(how, () => system.postgres.restart(how));
    },
    "fail over PostgreSQL": () =>
      system.postgres.hasStandby
        ? onPostgres("", async () => {
            await system.postgres.failOver();
            system.followPrimary();
            await sleep(5_000);
            await system.postgres.addStandby();
          })
        : undefined,
  };
  return { begin: (fault) => faults[fault]() };
}
