import type { CpuTicks, ProcessStat } from "./process-stat.js";

/** Adds up what the processes of a tree have used, from looking at it now and then. */
export interface TreeUsage {
  /** Those of the processes that belong to the tree. */
  membersOf(processes: readonly ProcessStat[]): ProcessStat[];
  /** Takes the members as they are now. */
  take(members: readonly ProcessStat[]): void;
  /** The leader's time when it was last seen. */
  readonly leader: CpuTicks;
  /** Everybody's time but the leader's, as far as it is not in the leader's already. */
  readonly others: CpuTicks;
  /** Somebody but the leader was there at the last look. */
  readonly hasOthers: boolean;
}

const none: CpuTicks = { user: 0, system: 0 };

/**
 * Makes the sum for a process that leads a session and a group. A process that has ended is in the time of the one that waited for it, so
 * it isn't counted again; one that nobody of the tree could wait for, since its parent had ended first, counts with what it was last seen at.
 *
 * @param leader its id
 */
export function createTreeUsage(leader: number): TreeUsage {
  let known = new Map<string, ProcessStat>();
  let lost = none;
  let leaderTicks = none;

  const membersOf = (processes: readonly ProcessStat[]) => {
    const members = new Map<number, ProcessStat>();
    const belongs = (one: ProcessStat) =>
      one.group === leader || one.session === leader || members.has(one.parent) || known.has(keyOf(one));
    // Again, since a child may stand before its parent.
    for (let before = -1; before < members.size; ) {
      before = members.size;
      for (const one of processes) if (!members.has(one.id) && belongs(one)) members.set(one.id, one);
    }
    return [...members.values()];
  };
  return {
    membersOf,
    take(members) {
      const now = new Map(members.map((one) => [keyOf(one), one]));
      const ids = new Set([...known.values()].map(({ id }) => id));
      for (const [key, one] of known) {
        const isWaitedFor = one.id === leader || ids.has(one.parent);
        if (!now.has(key) && !isWaitedFor) lost = sum(lost, one.cpu);
      }
      known = now;
      leaderTicks = members.find(({ id }) => id === leader)?.cpu ?? leaderTicks;
    },
    get hasOthers() {
      return [...known.values()].some(({ id }) => id !== leader);
    },
    get leader() {
      return leaderTicks;
    },
    get others() {
      return [...known.values()].reduce((all, { id, cpu }) => (id === leader ? all : sum(all, cpu)), lost);
    },
  };
}

/** Adds two times. */
export function sum(a: CpuTicks, b: CpuTicks): CpuTicks {
  return { user: a.user + b.user, system: a.system + b.system };
}

function keyOf({ id, startTick }: ProcessStat): string {
  return `${id}:${startTick}`;
}
