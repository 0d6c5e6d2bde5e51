import type { RunnerStore } from "@switchyard/runner-gateway";
import type { ShardStore, ShardWriter } from "@switchyard/scheduler";

type Read<Name extends keyof ShardStore> = Awaited<ReturnType<Extract<ShardStore[Name], (...args: never) => unknown>>>;
type Written<Name extends keyof ShardWriter> = Parameters<ShardWriter[Name]>[1][number];
type ElementOf<T> = T extends AsyncIterable<Iterable<infer Element>> ? Element : never;

/** The right to write for a shard. */
export type Term = Parameters<ShardStore["renewShard"]>[0];
/** An open job as it is loaded. */
export type OpenRow = ElementOf<ReturnType<ShardStore["loadOpenJobs"]>>;
/** A live attempt as it is loaded. */
export type LeaseRow = Read<"loadLeases">[number];
/** A stored request. */
export type RequestRow = Read<"loadRequests">[number];
/** A namespace with its settings. */
export type NamespaceSeed = Read<"loadNamespaces">[number];
/** A job as it was submitted. */
export type StoredJob = Read<"readJobs">[number];
/** A recorded end. */
export type StoredEnd = Read<"readEnds">[number];
/** How a job ended, by its re-use key. */
export type EndedFact = Read<"loadByReuseKey"> extends Map<string, (infer Fact)[]> ? Fact : never;
/** Numbered events of a flush. */
export type NumberedEvents = Parameters<ShardWriter["submits"]>[2];
/** What a replay yields. */
export type ReplayStep = ReturnType<ShardStore["readEvents"]> extends AsyncGenerator<infer Step> ? Step : never;
/** A stored event. */
export type EventRow = Extract<ReplayStep, { readonly events: unknown }>["events"][number];
/** A partition by its name. */
export type Partition = Parameters<ShardStore["makePartitions"]>[1][number];
/** A schedule as it is stored. */
export type ScheduleRow = Read<"loadSchedules">[number];
/** What is added to a sum. */
export type RollupRow = Parameters<ShardStore["writeRollups"]>[3][number];
/** What is set about a queue. */
export type QueueSettings = Parameters<ShardStore["writeQueue"]>[3];
/** Sums by queue and state. */
export type QueueTotals = Read<"readQueueTotals">;

/** What the lanes write. */
export type SubmitWrite = Written<"submits">;
export type ClaimWrite = Written<"claims">;
export type ReportWrite = Written<"reports">;
export type LiveAttempt = Written<"progress">;
/** An open job in memory. */
export type OpenJob = LiveAttempt["job"];

/** A registered runner. */
export type RunnerRow = NonNullable<Awaited<ReturnType<RunnerStore["findRunner"]>>>;
