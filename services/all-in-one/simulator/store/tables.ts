import type {
  NamespaceSeed,
  OpenRow,
  QueueSettings,
  RequestRow,
  RollupRow,
  ScheduleRow,
  StoredEnd,
  StoredJob,
  EventRow,
  LeaseRow,
} from "./rows.js";

/** A change of a job's place, and perhaps of its content. */
export interface AmendmentRow {
  readonly serial: number;
  readonly revision: number;
  readonly place: Pick<StoredJob, "rankClass" | "rank" | "weight">;
  readonly body: Pick<StoredJob, "input" | "contentType" | "extras"> | undefined;
}

/** A job, its place as it was submitted. */
export type JobRow = Omit<StoredJob, "replaced" | "revision" | "isDeadLetter" | "dismissed">;

/** An open job with its re-use key, if its row stands for that. */
export type StoredOpen = OpenRow & { readonly reuseKey: string | undefined };

type LimitSpec = Pick<NamespaceSeed["limits"][number], "seats" | "ratePerSecond" | "burst">;

/** The rows of one namespace. */
export class NamespaceTables {
  serialFloor = 0;
  readonly shapes = new Map<number, NamespaceSeed["shapes"][number]>();
  readonly queues = new Map<string, QueueSettings>();
  readonly limits = new Map<string, LimitSpec>();
  readonly rateLevels = new Map<string, { readonly tokens: number; readonly tokensAt: number }>();
  readonly marks = new Map<number, number>();
  readonly jobs = new Map<number, JobRow>();
  readonly amendments = new Map<number, AmendmentRow[]>();
  readonly open = new Map<number, StoredOpen>();
  readonly leases = new Map<number, Omit<LeaseRow, "progress">>();
  readonly outcomes = new Map<number, StoredEnd[]>();
  readonly deadLetters = new Map<number, { readonly dismissed: boolean }>();
  readonly progress = new Map<string, string>();
  readonly schedules = new Map<string, ScheduleRow>();

  constructor(
    readonly id: number,
    readonly name: string,
    readonly shard: number,
  ) {}
}

/** Events of one flush. */
export interface EventChunk {
  readonly first: number;
  readonly n: number;
  readonly events: readonly EventRow[];
}

/** A row of `shards`. */
export interface ShardRow {
  epoch: number;
  owner: string | undefined;
  address: string;
  leaseUntil: number;
  readonly events: EventChunk[];
  rollupCursor: number;
}

/** A replica of the scheduler that was alive lately. */
export interface ReplicaRow {
  readonly id: string;
  readonly address: string;
  readonly stopping: boolean;
  readonly aliveUntil: number;
}

/** All rows. */
export class Tables {
  readonly shards = new Map<number, ShardRow>();
  readonly spaces = new Map<number, NamespaceTables>();
  readonly byName = new Map<string, NamespaceTables>();
  readonly requests = new Map<string, RequestRow & { readonly day: number }>();
  readonly partitions = new Set<string>();
  readonly rollups = new Map<string, RollupRow>();
  readonly replicas = new Map<string, ReplicaRow>();
  readonly placements = new Map<string, number>();
  readonly shardListeners: Listeners<undefined> = new Set();

  /** Tells that a shard is free, or has another owner. */
  announceShards(): void {
    for (const hear of this.shardListeners) hear(undefined);
  }

  /** The tables of a namespace that is there. */
  space(id: number): NamespaceTables {
    const space = this.spaces.get(id);
    if (!space) throw new Error(`there is no namespace ${id}`);
    return space;
  }

  /** The row of a shard. */
  shard(shard: number): ShardRow {
    const row = this.shards.get(shard);
    if (!row) throw new Error(`there is no shard ${shard}`);
    return row;
  }
}
import type { Listeners } from "./listener.js";
