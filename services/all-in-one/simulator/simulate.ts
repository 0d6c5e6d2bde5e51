import { createHash } from "node:crypto";
import { checkHistory, type FinalState, type Observation, Recorder, type Violation } from "@switchyard/history";

import { type ClientActor, createClientActor } from "./actors/client.js";
import { createGatewayActor } from "./actors/gateway.js";
import { planFaults } from "./actors/plan-faults.js";
import { createRunnerActor, type RunnerActor } from "./actors/runner.js";
import { createSchedulerActor } from "./actors/scheduler.js";
import type { Actor, Sim } from "./actors/sim.js";
import { createWatcherActor, type WatcherActor } from "./actors/watcher.js";
import { checkInside } from "./history/check-inside.js";
import { readFinalState } from "./history/final-state.js";
import { FaultBoard } from "./kernel/fault-board.js";
import { seedGlobals } from "./kernel/globals.js";
import { Process } from "./kernel/process.js";
import { Random } from "./kernel/random.js";
import { beginMs, World } from "./kernel/world.js";
import { Addresses } from "./network/addresses.js";
import { serve } from "./network/serve.js";
import { CallCounter } from "./network/call-counter.js";
import { SimLogs } from "./network/log-store.js";
import type { FaultKind } from "./plan/fault.js";
import { namespace, type Plan } from "./plan/plan.js";
import { RunnerTables } from "./store/runner-store.js";
import { Tables } from "./store/tables.js";

/** What came of a run. */
export interface RunResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly observations: readonly Observation[];
  /** Digest of all that was observed: the same seed has the same one. */
  readonly digest: string;
  /** How often each sort of fault happened. */
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** Virtual time that it took, ms. */
  readonly virtualMs: number;
  readonly events: number;
  readonly jobs: number;
}

/** Longest time after the healing until everything has come to its end, ms: the longest lease, work and back-off, several times. */
const patienceMs = 90_000;
const lookMs = 250;
/** A statement arrives at last so long after whoever sent it has gone, ms: later than any that is late. */
const mostLateMs = 10_000;

/** Runs a plan to its end, and holds what happened against the rules. */
export async function simulate(plan: Plan): Promise<RunResult> {
  const world = new World();
  const random = new Random(plan.seed);
  seedGlobals(random.fork("globals"), world);
  const tables = new Tables();
  const sim: Sim = {
    plan,
    world,
    faults: new FaultBoard(plan.faults, world, random.fork("faults")),
    addresses: new Addresses(random.fork("addresses"), plan.balances),
    calls: new CallCounter(world),
    tables,
    runnerTables: new RunnerTables(),
    logs: new SimLogs(),
    recorder: new Recorder(() => beginMs + world.now),
    processes: new Map(),
    findings: [],
    links: new Map(),
    jobIds: new Map(),
  };
  for (let shard = 0; shard < plan.shards; shard++)
    tables.shards.set(shard, {
      ...{ epoch: 0, owner: undefined, address: "", leaseUntil: Number.NEGATIVE_INFINITY },
      ...{ events: [], rollupCursor: 0 },
    });
  const rejections: unknown[] = [];
  const onRejection = (error: unknown) => void rejections.push(error);
  process.on("unhandledRejection", onRejection);
  try {
    const { end, inside } = await world.run(() => live(sim));
    const { observations } = sim.recorder;
    const violations = [...inside, ...rejections.map(asViolation)];
    const clockErrorMs = Math.max(
      10,
      ...Object.entries(plan.skews).map(([name, skew]) => errorOf(name, skew, world.now)),
    );
    violations.push(...checkHistory({ observations, ...(end && { end }), clockErrorMs, closed: true }));
    return {
      seed: plan.seed,
      violations,
      observations,
      digest: digestOf(observations),
      faults: sim.faults.counts,
      virtualMs: world.now,
      events: world.events,
      jobs: end?.jobs.length ?? 0,
    };
  } finally {
    process.off("unhandledRejection", onRejection);
  }
}

/** A promise whose rejection nobody handles ends a process of Node. */
function asViolation(error: unknown): Violation {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { rule: "no-unhandled-rejections", message: text, observations: [] };
}

function errorOf(
  name: string,
  { offsetMs, rate }: { readonly offsetMs: number; readonly rate: number },
  now: number,
): number {
  return name.startsWith("scheduler") ? Math.abs(offsetMs) + Math.abs(rate - 1) * now + 10 : 0;
}

function digestOf(observations: readonly Observation[]): string {
  return createHash("sha256").update(JSON.stringify(observations)).digest("hex").slice(0, 16);
}

/** `end` is missing when nobody could read it, which breaks a rule. */
async function live(sim: Sim): Promise<{ readonly end: FinalState | undefined; readonly inside: Violation[] }> {
  const { plan, world, recorder, faults } = sim;
  const logs = new Process("logs", world);
  const logLife = logs.start();
  const logTransport = serve(logLife, [sim.logs.route()]);
  sim.addresses.listen("logs", { life: logLife, transport: logTransport });
  const schedulers = Array.from({ length: plan.schedulers }, (_, i) => createSchedulerActor(sim, `scheduler-${i}`));
  const gateways = Array.from({ length: plan.gateways }, (_, i) => createGatewayActor(sim, `gateway-${i}`));
  const runners = plan.runners.map((runner) => createRunnerActor(sim, runner));
  const clients = plan.clients.map((name) => createClientActor(sim, name));
  const watchers = [createWatcherActor(sim, "watcher")];
  const actors: Actor[] = [...schedulers, ...gateways, ...runners, ...clients, ...watchers];
  for (const actor of actors) {
    sim.processes.set(actor.process.name, actor.process);
    if (actor.process.skew.offsetMs !== 0) faults.count("process.skew");
    actor.boot();
  }
  planFaults(sim, new Map(actors.map((actor) => [actor.process.name, actor])));
  await world.sleep(plan.healAt);
  faults.heal();
  recorder.note({ type: "mark", text: "everything is healed" });
  const isQuiet = await untilQuiet(sim, { clients, runners, watchers });
  const inside = checkInside(sim, runners, isQuiet);
  const healedForMs = world.now - plan.healAt;
  const eventsComplete = hasSeenAll(sim, watchers);
  try {
    return { end: await readFinalState(sim, runners, { healedForMs, eventsComplete }), inside };
  } catch (error) {
    inside.push({
      rule: "calls-are-answered",
      message: `at the end, a call fails with ${String(error)}`,
      observations: [],
    });
    return { end: undefined, inside };
  }
}

interface Outsiders {
  readonly clients: readonly ClientActor[];
  readonly runners: readonly RunnerActor[];
  readonly watchers: readonly WatcherActor[];
}

/** Waits until nothing is open any more and everybody knows; false when that takes too long. */
async function untilQuiet(sim: Sim, { clients, runners, watchers }: Outsiders): Promise<boolean> {
  const { world, plan, tables } = sim;
  while (world.now < plan.healAt + patienceMs) {
    await world.sleep(lookMs);
    const paused = pausedQueues(tables);
    // A pause may arrive late, so what is paused is let go on until nothing is.
    for (const queue of paused) clients[0]?.resume(queue);
    const isOpen = [...tables.spaces.values()].some(({ open }) => open.size > 0);
    if (isOpen || paused.length > 0 || !clients.every(({ isIdle }) => isIdle)) continue;
    if (runners.some(({ runner }) => runner === undefined || runner.activeCount > 0)) continue;
    if (clients.some(({ leftCallAt }) => world.now < leftCallAt + mostLateMs)) continue;
    if (hasSeenAll(sim, watchers)) return true;
  }
  return false;
}

function pausedQueues({ byName }: Tables): string[] {
  const queues = [...(byName.get(namespace)?.queues ?? [])];
  return queues.filter(([, settings]) => settings.paused).map(([name]) => name);
}

function hasSeenAll({ tables }: Sim, watchers: readonly WatcherActor[]): boolean {
  const space = tables.byName.get(namespace);
  const last =
    space &&
    tables
      .shard(space.shard)
      .events.filter((chunk) => chunk.n > 0)
      .at(-1);
  return watchers.every(({ seen }) => seen >= (last ? last.first + last.n - 1 : 0));
}
