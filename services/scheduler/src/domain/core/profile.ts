import type { Group } from "./group.js";
import { type HeapEntry, IndexedHeap } from "./indexed-heap.js";
import type { JobTable } from "./job-table.js";
import { compileKindSelectors, type KindSelector } from "./kind-pattern.js";
import type { Lane } from "./lane.js";
import type { Namespace } from "./namespace.js";
import type { Queue } from "./queue.js";
import { headOf } from "./seats.js";
import type { Waiter } from "./waiter.js";

/** What a runner can do, as it says. */
export interface ProfileSpec {
  readonly kinds: readonly KindSelector[];
  readonly labels: Readonly<Record<string, string>>;
  /** Only these queues; empty is all. */
  readonly queues: readonly string[];
  /** Lane labels with values to leave out. */
  readonly exclude: readonly { readonly label: string; readonly values: readonly string[] }[];
}

/** A lane in the order of one profile. */
export interface LaneEntry extends HeapEntry {
  readonly lane: Lane;
  readonly line: Line;
}

/** The lanes of one queue that fit a profile, in the order of their heads. */
export class Line {
  readonly lanes = new IndexedHeap<LaneEntry>((a, b) => (a.lane.head as Group).isBefore(b.lane.head as Group));

  constructor(
    readonly profile: Profile,
    readonly queue: Queue,
  ) {}

  /** A lane's head has changed. */
  move(entry: LaneEntry): void {
    if (entry.lane.head) this.lanes.set(entry);
    else this.lanes.delete(entry);
  }
}

/** A profile in use, with the lanes that fit it and the runners that wait with it. Interned: equal specs share one. */
export class Profile {
  /** One line per queue. */
  readonly lines = new Map<Queue, Line>();
  /** Runners that wait, longest first. */
  readonly waiting = new Set<Waiter>();
  /** Waiters that refer to it, waiting or not; while there are any it stays. */
  users = 0;
  /** Who asked with it last, and when, ms; empty for nobody. */
  lastRunner = "";
  lastAskedAt = 0;
  readonly #selects: (kind: string) => boolean;
  readonly #queues: ReadonlySet<string> | undefined;

  constructor(
    readonly key: string,
    readonly spec: ProfileSpec,
  ) {
    this.#selects = compileKindSelectors(spec.kinds);
    this.#queues = spec.queues.length > 0 ? new Set(spec.queues) : undefined;
  }

  /** Whether the runner can do a lane's jobs. */
  fits(lane: Lane): boolean {
    const { queue, laneLabels } = lane.site;
    if (this.#queues && !this.#queues.has(queue.name)) return false;
    if (this.lacks(lane).length > 0) return false;
    const excluded = this.spec.exclude.some(({ label, values }) =>
      laneLabels.some(([name, value]) => name === label && values.includes(value)),
    );
    return !excluded && this.#selects(lane.kind);
  }

  /** Whether one of the selectors names the kind. */
  selects(kind: string): boolean {
    return this.#selects(kind);
  }

  /** Required labels that the runner does not carry, as `name` or `name=value`. */
  lacks(lane: Lane): string[] {
    const { labels } = this.spec;
    const lacking: string[] = [];
    for (const [name, value] of lane.site.requiredLabels) {
      const has = Object.hasOwn(labels, name) && (value === "" || labels[name] === value);
      if (!has) lacking.push(value === "" ? name : `${name}=${value}`);
    }
    return lacking;
  }

  /** A lane that fits: it joins the line of its queue. */
  add(lane: Lane): void {
    const { queue } = lane.site;
    let line = this.lines.get(queue);
    if (!line) {
      line = new Line(this, queue);
      this.lines.set(queue, line);
    }
    const entry: LaneEntry = { lane, line, heapIndex: -1 };
    lane.join(entry);
    line.move(entry);
  }

  /**
   * The lane with the job that comes next over all queues that are not paused; undefined when none may start. Queues with weights share by turns;
   * between the one whose turn it is and those without, the order of the jobs decides.
   */
  best(now: number, space: Namespace): Lane | undefined {
    const { table } = space;
    let best: Lane | undefined;
    let weighted: Lane | undefined;
    for (const line of this.lines.values()) {
      const { queue } = line;
      const lane = queue.settings.paused ? undefined : startable(space, now, line);
      if (!lane) continue;
      if (queue.settings.weight === 0) best = firstOf(table, best, lane);
      else if (!weighted || queue.virtual < weighted.site.queue.virtual) weighted = lane;
      else if (queue.virtual === weighted.site.queue.virtual) weighted = firstOf(table, weighted, lane);
    }
    return weighted ? firstOf(table, best, weighted) : best;
  }
}

/** Text that is equal for equal profiles. */
export function profileKey(spec: ProfileSpec): string {
  const labels = Object.entries(spec.labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([spec.kinds, labels, spec.queues, spec.exclude]);
}

/** The first lane of a line whose first job may start. */
function startable(space: Namespace, now: number, { lanes }: Line): Lane | undefined {
  for (let lane = lanes.top?.lane; lane; lane = lanes.top?.lane) {
    const { head } = lane;
    // Lanes whose heads can't start go further back.
    if (headOf(space, now, lane) === head) return lane;
  }
  return undefined;
}

function firstOf(table: JobTable, a: Lane | undefined, b: Lane): Lane {
  return a && table.compare((a.head as Group).jobs.first(), (b.head as Group).jobs.first()) < 0 ? a : b;
}
