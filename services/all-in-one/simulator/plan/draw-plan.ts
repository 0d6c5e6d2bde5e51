import type { ClockSkew } from "../kernel/process.js";
import { Random } from "../kernel/random.js";
import { beginMs } from "../kernel/world.js";
import type { Fault } from "./fault.js";
import { type JobPlan, type Plan, queues, type RunnerPlan, type Script, type Work } from "./plan.js";

/** Draws a run from a seed: a handful of jobs, what else clients do, and what goes wrong meanwhile. */
export function drawPlan(seed: number): Plan {
  const random = new Random(seed).fork("plan");
  const healAt = random.int(4, 10) * 1_000;
  const gateways = random.weighted([
    [1, 3],
    [2, 1],
  ]);
  const runners = Array.from({ length: random.int(1, 3) }, (_, i) => drawRunner(random, i));
  const clients = ["client-0", "client-1"];
  const names = [
    ...["scheduler-0", "scheduler-1"],
    ...Array.from({ length: gateways }, (_, i) => `gateway-${i}`),
    ...runners.map(({ name }) => name),
  ];
  // In this order: a seed is known by what it draws.
  const shards = random.weighted([
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
  const shardLeaseMs = random.pick([800, 1_500, 3_000]);
  const skews = drawSkews(random, names);
  const work = drawWork(random, clients, healAt);
  const faults = [
    ...drawFaults(random, names, clients, healAt),
    ...drawStops(new Random(seed).fork("order"), names, healAt),
  ];
  return {
    seed,
    schedulers: 2,
    shards,
    gateways,
    runners,
    clients,
    shardLeaseMs,
    skews,
    work,
    faults,
    // Drawn apart, under a name with which the known seeds run as they did when they were found.
    balances: new Random(seed).fork("load").chance(0.6) ? "calls" : "connections",
    healAt,
  };
}

function drawRunner(random: Random, i: number): RunnerPlan {
  return {
    name: `runner-${i}`,
    slots: random.weighted([
      [1, 2],
      [2, 2],
      [4, 1],
    ]),
    // The first one can do everything.
    labels: i === 0 || random.chance(0.3) ? { gpu: "yes" } : {},
    presenceMs: random.int(2, 5) * 1_000,
  };
}

/** Clocks of runners may be anything; those of schedulers are those of machines that somebody looks after. */
function drawSkews(random: Random, names: readonly string[]): Record<string, ClockSkew> {
  const skews: Record<string, ClockSkew> = {};
  for (const name of names) {
    if (!random.chance(0.4)) continue;
    if (name.startsWith("runner"))
      skews[name] = { offsetMs: random.int(-86_400_000, 86_400_000), rate: random.between(0.9, 1.1) };
    else if (name.startsWith("scheduler"))
      skews[name] = { offsetMs: random.int(-300, 300), rate: random.between(0.999, 1.001) };
    else skews[name] = { offsetMs: random.int(-5_000, 5_000), rate: random.between(0.99, 1.01) };
  }
  return skews;
}

function drawScript(random: Random, canHang: boolean): Script {
  return {
    ms: random.weighted([
      [0, 1],
      [random.int(1, 300), 3],
      [random.int(300, 2_000), 3],
      [random.int(2_000, 5_000), 1],
    ]),
    end: random.weighted<Script["end"]>([
      ["succeed", 6],
      ["fail-retryable", 3],
      ["fail", 1],
      ["release", 1],
      ["hang", canHang ? 3 : 0],
    ]),
    lines: random.chance(0.4) ? random.int(1, 4) : 0,
    progress: random.chance(0.3),
    deaf: random.chance(0.1),
  };
}

function drawJob(random: Random, at: number, tag: string, earlier: readonly string[], inCall: number): JobPlan {
  const executionTimeoutMs = random.chance(0.25) ? random.int(500, 3_000) : undefined;
  const parents = random.chance(0.25) && (earlier.length > 0 || inCall > 0);
  const parentTags = parents && earlier.length > 0 ? [random.pick(earlier)] : [];
  const parentItem = parents && parentTags.length === 0 ? random.int(0, inCall - 1) : undefined;
  const scripts = Array.from({ length: random.int(1, 3) }, () => drawScript(random, executionTimeoutMs !== undefined));
  // Releases are not counted: a job that is given back for ever has no end.
  const last = scripts.at(-1) as Script;
  if (last.end === "release") scripts.push({ ...last, end: "succeed" });
  const edge = {
    satisfiedBy: random.chance(0.5) ? (["SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT"] as const) : [],
    otherwise: random.pick(["CANCELLED", "FAILED"] as const),
  };
  const reuses = random.chance(0.2);
  return {
    spec: {
      tag,
      kind: random.pick(["a", "b"]),
      queue: random.pick(queues),
      ...(random.chance(0.3) && { concurrencyKeys: [random.pick(["k1", "k2"])] }),
      ...(random.chance(0.1) && { rateKeys: ["r1"] }),
      ...(random.chance(0.2) && { requiredLabels: { gpu: "yes" } }),
      ...(random.chance(0.15) && { startTime: beginMs + at + random.int(-1_000, 4_000) }),
      ...(random.chance(0.15) && { scheduleToStartMs: random.int(500, 5_000) }),
      ...(random.chance(0.3) && { maxAttempts: random.int(1, 4) }),
      ...(random.chance(0.2) && { maxLostAfterStart: random.int(1, 2) }),
      ...(random.chance(0.15) && { failWhenLostAfterStart: true }),
      ...(random.chance(0.1) && { failWhenLostBeforeStart: true }),
      ...(random.chance(0.15) && { ignoreLostBeforeStart: true }),
      ...(executionTimeoutMs && { executionTimeoutMs, onExecutionTimeout: random.pick(["TIME_OUT", "LOSE"] as const) }),
      ...(parentTags.length > 0 && { parents: parentTags.map((job) => ({ job, ...edge })) }),
      ...(parentItem !== undefined && { parents: [{ job: parentItem, ...edge }] }),
      ...(reuses && {
        reuseKey: random.pick(["x", "y"]),
        reuseStates: random.pick([["ACTIVE"], ["ACTIVE", "SUCCEEDED"], ["SUCCEEDED"]] as const),
      }),
    },
    parentTags,
    leaseMs: random.pick([1_000, 2_000, 3_000]),
    holdByRunner: random.chance(0.2),
    backoffMs: random.chance(0.5) ? random.int(1, 1_000) : 0,
    rankClass: random.chance(0.2) ? random.int(-1, 1) : 0,
    scripts,
  };
}

function drawWork(random: Random, clients: readonly string[], healAt: number): Work[] {
  const work: Work[] = [];
  const tags: string[] = [];
  const submits = random.int(2, 6);
  for (let i = 0; i < submits; i++) {
    const at = random.int(0, healAt * 0.8);
    const jobs: JobPlan[] = [];
    const earlier = work.flatMap((w) =>
      w.do === "submit" && w.at + 300 < at ? w.jobs.map(({ spec }) => spec.tag) : [],
    );
    for (
      let n = random.weighted([
        [1, 4],
        [2, 2],
        [3, 1],
      ]);
      n > 0;
      n--
    ) {
      const tag = `t${tags.length}`;
      tags.push(tag);
      jobs.push(drawJob(random, at, tag, earlier, jobs.length));
    }
    work.push({ at, client: random.pick(clients), do: "submit", jobs, hasRequestId: random.chance(0.85) });
  }
  const others = random.int(0, 5);
  for (let i = 0; i < others; i++) {
    const at = random.int(0, healAt);
    const client = random.pick(clients);
    const tag = random.pick(tags);
    work.push(
      random.weighted<() => Work>([
        [() => ({ at, client, do: "cancel", tag, mode: random.pick(["immediate", "confirmed"] as const) }), 4],
        [() => ({ at, client, do: "retry", tag }), 3],
        [() => ({ at, client, do: "delete", tag }), 1],
        [() => ({ at, client, do: "reorder", tag }), 1],
        [() => ({ at, client, do: "pause", queue: random.pick(queues) }), 2],
        [
          () => ({
            ...{ at, client, do: "limits", key: random.pick(["k1", "k2", "k*"]) },
            ...{ seats: random.int(1, 2), ratePerSecond: undefined },
          }),
          3,
        ],
        [() => ({ at, client, do: "limits", key: "r1", seats: undefined, ratePerSecond: random.int(1, 5) }), 1],
      ])(),
    );
  }
  return work.sort((a, b) => a.at - b.at);
}

/** Drawn apart, under a name with which the known seeds have none. */
function drawStops(random: Random, names: readonly string[], healAt: number): Fault[] {
  const count = random.weighted([
    [0, 3],
    [1, 1],
    [2, 1],
  ]);
  return Array.from({ length: count }, () => ({
    kind: "process.stop",
    at: random.int(0, healAt - 500),
    // Some are gone before they have ended.
    ms: random.weighted([
      [random.int(10, 500), 1],
      [random.int(500, 6_000), 3],
    ]),
    process: random.pick(names),
  }));
}

function drawFaults(random: Random, names: readonly string[], clients: readonly string[], healAt: number): Fault[] {
  const faults: Fault[] = [];
  const schedulers = names.filter((name) => name.startsWith("scheduler"));
  const gateways = names.filter((name) => name.startsWith("gateway"));
  const runners = names.filter((name) => name.startsWith("runner"));
  const count = random.weighted([
    [0, 1],
    [random.int(1, 3), 4],
    [random.int(4, 9), 3],
  ]);
  const links: readonly (readonly [string, string])[] = [
    ...gateways.flatMap((gateway) => schedulers.map((scheduler) => [gateway, scheduler] as const)),
    ...runners.flatMap((runner) => gateways.map((gateway) => [runner, gateway] as const)),
    ...gateways.map((gateway) => [gateway, "logs"] as const),
    ...clients.flatMap((client) => schedulers.map((scheduler) => [client, scheduler] as const)),
    ...schedulers.map((scheduler) => ["watcher", scheduler] as const),
  ];
  for (let i = 0; i < count; i++) {
    const at = random.int(0, healAt - 500);
    const ms = random.weighted([
      [random.int(10, 500), 3],
      [random.int(500, 3_000), 3],
      [random.int(3_000, 8_000), 1],
    ]);
    const kind = random.weighted<Fault["kind"]>([
      ["store.fails-before", 2],
      ["store.fails-after", 3],
      ["store.arrives-late", 3],
      ["store.slow", 2],
      ["store.silent", 1],
      ["store.away", 1],
      ["net.loses-request", 2],
      ["net.loses-answer", 3],
      ["net.duplicates", 3],
      ["net.delays", 2],
      ["net.cut", 2],
      ["net.half-open", 2],
      ["process.crash", 4],
      ["process.pause", 4],
    ]);
    if (kind === "process.crash" || kind === "process.pause") {
      const process = random.weighted([
        [random.pick(schedulers), 4],
        [random.pick(gateways), 2],
        [random.pick(runners), 3],
        [random.pick(clients), 1],
      ]);
      faults.push({ kind, at, ms, process });
    } else if (kind.startsWith("store.")) {
      const process = random.chance(0.8) ? random.pick(schedulers) : random.pick(gateways);
      faults.push({ kind, at, ms, process, chance: random.pick([0.1, 0.5, 1]) } as Fault);
    } else {
      const [from, to] = random.chance(0.8)
        ? random.pick(links)
        : (random.pick(links).toReversed() as [string, string]);
      faults.push({ kind, at, ms, from, to, chance: random.pick([0.2, 0.5, 1]) } as Fault);
    }
  }
  return faults;
}
