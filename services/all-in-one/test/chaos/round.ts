import { join } from "node:path";
import { checkHistory, type FinalState, type History, type Violation } from "@switchyard/history";
import { eventually, seededRandom, seedFor } from "@switchyard/testkit";
import { type CallSort, type Pain, painByFault, painOf } from "./bursts.js";
import { type ChaosSettings, type ChaosSystem, startChaosSystem } from "./chaos-system.js";
import { driveFaults } from "./faults/drive-faults.js";
import { type FaultClass, planFaults } from "./faults/fault-plan.js";
import type { FaultRecord } from "./faults/fault-record.js";
import { readCallLog } from "./record/call-log.js";
import { countOpen, readFinalJobs, readFinalLimits, readFinalLogs } from "./record/final-state.js";
import { openJournal, readJournals } from "./record/journal.js";

/** What a round is. */
export interface RoundSettings extends ChaosSettings {
  /** These, in this order; absent: from the plan, for as long as the round lasts. */
  readonly faults?: readonly FaultClass[];
  /** How long faults are begun, ms. */
  readonly forMs?: number;
  /** Mean time between two faults, ms. */
  readonly gapMs: number;
}

/** How a round went. */
export interface Round {
  readonly faults: readonly FaultRecord[];
  /** Jobs that were acknowledged. */
  readonly acknowledged: number;
  /** Time under load, ms. */
  readonly loadMs: number;
  readonly history: History;
  readonly violations: readonly Violation[];
  readonly pain: Readonly<Record<CallSort, Pain>>;
  readonly painByFault: Readonly<Record<CallSort, Readonly<Record<string, Pain>>>>;
}

/** The journal of the harness itself gets a life's number that no program has. */
const ownLife = 100_000;
/** Everything ends within the longest job, its leases and back-offs, unless something is stuck. */
const settleMs = 300_000;

/** Starts an installation, lets faults happen under load, heals everything, and holds what was seen against the rules. */
export async function runRound(settings: RoundSettings): Promise<Round> {
  const { directory, seed, gapMs, forMs } = settings;
  const system = await startChaosSystem(settings);
  const journalPath = join(directory, "journal-harness.jsonl");
  const journal = openJournal(journalPath, ownLife, system.clock);
  const random = seededRandom(seedFor(seed, "faults"));
  try {
    const begun = system.clock.now();
    const faults = await driveFaults(system, journal, {
      ...{ faults: settings.faults ?? planFaults(random), gapMs, random },
      ...(forMs === undefined ? {} : { forMs }),
    });
    await heal(system);
    const healed = system.clock.now();
    journal.note({ type: "mark", text: "healed" });
    system.load.signal("SIGUSR2");
    const [, acknowledged = "0"] = await system.load.line(/^quiet (\d+)/, settleMs);
    const loadMs = system.clock.now() - begun;
    const settled = await everythingEnds(system);
    if (!settled) journal.note({ type: "mark", text: "not everything has ended" });
    system.load.signal("SIGTERM");
    const [, watched = ""] = await system.load.line(/^watched (.*)/, settleMs);
    const seen = readJournals([...system.journals, journalPath]);
    const end = await readEnd(system, {
      ...{ namespaces: system.namespaces, healedForMs: system.clock.now() - healed },
      at: system.clock.now(),
      eventsComplete: watched === "all",
      logs: await readFinalLogs(system.client, seen),
    });
    const history: History = { observations: seen, end, clockErrorMs: 20, closed: true };
    const calls = readCallLog(system.calls);
    return {
      ...{ faults, acknowledged: Number(acknowledged), loadMs, history, violations: checkHistory(history) },
      pain: { repeated: painOf(calls, "repeated"), once: painOf(calls, "once") },
      painByFault: {
        repeated: painByFault(calls, faults, "repeated"),
        once: painByFault(calls, faults, "once"),
      },
    };
  } finally {
    journal.close();
    await system.stop();
  }
}

/** Lets every process run and every way pass. */
async function heal({ parts, ways }: ChaosSystem): Promise<void> {
  for (const way of ways.all.values()) {
    way.refuse(false);
    way.heal();
  }
  for (const one of Object.values(parts).flat()) {
    if (one.isPaused) one.resume();
    await one.start();
  }
}

/** Whether every job ends, now that nothing disturbs it. */
async function everythingEnds({ client, namespaces }: ChaosSystem): Promise<boolean> {
  const waitFor = (namespace: string) =>
    eventually(
      async () => {
        const open = await countOpen(client, namespace);
        if (open > 0) throw new Error(`${open} jobs of ${namespace} are open`);
      },
      { timeoutMs: settleMs, intervalMs: 500 },
    );
  const waits = await Promise.allSettled(namespaces.map(waitFor));
  return waits.every(({ status }) => status === "fulfilled");
}

async function readEnd({ client }: ChaosSystem, known: Omit<FinalState, "jobs" | "limits">): Promise<FinalState> {
  const each = async <T>(read: (namespace: string) => Promise<readonly T[]>) =>
    (await Promise.all(known.namespaces.map(read))).flat();
  return {
    ...known,
    jobs: await each((namespace) => readFinalJobs(client, namespace)),
    limits: await each((namespace) => readFinalLimits(client, namespace)),
  };
}
