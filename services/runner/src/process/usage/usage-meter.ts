import { availableParallelism } from "node:os";
import { type ChildTicks, createChildTicks } from "./child-ticks.js";
import { type CpuTicks, ticksPerSecond } from "./process-stat.js";
import { type ProcessTable, processTable } from "./process-table.js";
import { readMemory } from "./read-memory.js";
import { createTreeUsage, sum, type TreeUsage } from "./tree-usage.js";

/** What a process and all that it started have used. */
export interface ResourceUse {
  readonly cpuUserSeconds: number;
  readonly cpuSystemSeconds: number;
  /** The most memory in RAM that was seen, of all together; pages that several share count for each. Unset: it was over too soon to be seen. */
  readonly maxRssBytes?: number;
}

/** Measures one process tree while it lives. */
export interface UsageMeter {
  /** The leader has ended; to be called in the event itself. */
  leaderEnded(): void;
  /** Ends the measuring, when all processes are gone. Undefined where there is no /proc. */
  finish(): Promise<ResourceUse | undefined>;
}

/** How long after the start, and then after each other, the tree is looked at, in milliseconds; the last goes on. */
const intervalsMs = [20, 50, 100, 200, 500, 1_000];
/** Looking takes at most this share of the time, however many processes there are. */
const largestShare = 1 / 20;
/** Times are whole ticks, of several processes. */
const slackTicks = 3;

/** One for all: the table is the machine's, the account this process's. */
const shared: MeterSources = { table: processTable, children: createChildTicks() };

/** Where the figures come from. */
interface MeterSources {
  readonly table: Pick<ProcessTable, "watch" | "read">;
  readonly children: ChildTicks;
}

/**
 * Begins to measure the tree below the leader of a session and group, a child of this process that has just been started. The tree is
 * looked at in /proc, often in the beginning and then once a second; what the leader used since the last look comes from this
 * process's own account (see `ChildTicks`), so that CPU time is right to some hundredths of a second even for a short process. If several
 * children end at once, the time since the last look is missing.
 */
export function startUsageMeter(leader: number, sources: MeterSources = shared): UsageMeter {
  return new TreeMeter(leader, sources);
}

class TreeMeter implements UsageMeter {
  readonly #sources: MeterSources;
  readonly #tree: TreeUsage;
  readonly #unwatch: () => void;
  #maxRssBytes = 0;
  /** All that was used up to the last look before the leader ended, and when that look began. */
  #seen: CpuTicks = { user: 0, system: 0 };
  #seenAt = performance.now();
  #looks = 0;
  #looking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #endedAt: number | undefined;
  #leaderTicks: Promise<CpuTicks | undefined> = Promise.resolve(undefined);

  constructor(leader: number, sources: MeterSources) {
    this.#sources = sources;
    this.#tree = createTreeUsage(leader);
    this.#unwatch = sources.table.watch(leader);
    sources.children.refresh();
    this.#takeMemory([leader]);
    this.#lookLater(0);
  }

  leaderEnded(): void {
    this.#endedAt = performance.now();
    this.#leaderTicks = this.#sources.children.childEnded();
    // Who is left is told from who was waited for by one more look.
    if (this.#tree.hasOthers) this.#looking = this.#looking.then(() => this.#look(0));
  }

  async finish(): Promise<ResourceUse | undefined> {
    clearTimeout(this.#timer);
    await this.#looking;
    clearTimeout(this.#timer);
    this.#unwatch();
    const leader = await this.#leaderTicks;
    if (leader === undefined && this.#maxRssBytes === 0) return undefined;
    const all = leader !== undefined && this.#isPlausible(leader) ? sum(leader, this.#tree.others) : this.#seen;
    return {
      cpuUserSeconds: all.user / ticksPerSecond,
      cpuSystemSeconds: all.system / ticksPerSecond,
      ...(this.#maxRssBytes > 0 && { maxRssBytes: this.#maxRssBytes }),
    };
  }

  #lookLater(lastLookMs: number): void {
    if (this.#endedAt !== undefined && !this.#tree.hasOthers) return;
    const intervalMs = intervalsMs[Math.min(this.#looks++, intervalsMs.length - 1)] as number;
    const waitMs = Math.max(intervalMs, lastLookMs / largestShare);
    this.#timer = setTimeout(() => {
      const begunAt = performance.now();
      const looked = this.#looking.then(() => this.#look(intervalMs / 4));
      this.#looking = looked.then(() => this.#lookLater(performance.now() - begunAt));
    }, waitMs);
  }

  async #look(maxAgeMs: number): Promise<void> {
    const begunAt = performance.now();
    this.#sources.children.refresh();
    const members = this.#tree.membersOf(await this.#sources.table.read(maxAgeMs));
    this.#takeMemory(members.map(({ id }) => id));
    this.#tree.take(members);
    if (this.#endedAt !== undefined) return;
    this.#seen = sum(this.#tree.leader, this.#tree.others);
    this.#seenAt = begunAt - maxAgeMs;
  }

  #takeMemory(ids: readonly number[]): void {
    const memories = ids.map(readMemory);
    const together = memories.reduce((all, { now }) => all + now, 0);
    this.#maxRssBytes = memories.reduce(
      (most, { peak }) => Math.max(most, peak),
      Math.max(this.#maxRssBytes, together),
    );
  }

  /** Children of others, of which nobody here knows, may have ended in between; nobody can use more than all processors. */
  #isPlausible(leader: CpuTicks): boolean {
    const sinceMs = (this.#endedAt as number) - this.#seenAt;
    const atMost = total(this.#seen) + (availableParallelism() * sinceMs * ticksPerSecond) / 1000;
    return total(leader) >= total(this.#tree.leader) - slackTicks && total(leader) <= atMost + slackTicks;
  }
}

function total({ user, system }: CpuTicks): number {
  return user + system;
}
