import type { MessageInitShape } from "@bufbuild/protobuf";
import type { JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import type { AnswerOf, Init, Method, RequestOf } from "./api.js";
import type { Arena } from "./arena.js";
import { Follower } from "./follower.js";
import { History } from "./history.js";

/** What a job is asked for with. */
export type SpecInit = Init<MessageInitShape<typeof JobSpecSchema>>;

/**
 * An item that was sent, whether or not a job came of it. Its mark is the job's subject, which nobody changes, and a label, which an item
 * that the job stands for may replace.
 */
export interface SentItem {
  readonly mark: string;
  readonly spec: SpecInit;
  /** Marks of all items of the same call, this one included. */
  readonly batch: readonly string[];
  readonly requestId: string;
}

/** A lease as a runner got it. */
export interface KnownLease {
  readonly jobId: string;
  readonly attempt: number;
  readonly runnerId: string;
}

/** The label that a job's mark stands in. */
export const markLabel = "mark";

/** One namespace with its clients and runners: what they know, and what they did. */
export class World {
  readonly history: History;
  readonly follower: Follower;
  readonly items = new Map<string, SentItem>();
  readonly submits: RequestOf<"submitJobs">[] = [];
  /** Ids that were acknowledged, oldest first. */
  readonly jobIds: string[] = [];
  /** Leases that somebody got, oldest first; most are over. */
  readonly leases: KnownLease[] = [];
  readonly runners = new Set<string>();
  /** What features remember of a sequence. */
  readonly notes = new Map<string, unknown>();
  #numbers = 0;

  constructor(
    readonly arena: Arena,
    readonly namespace: string,
  ) {
    this.history = new History(arena);
    this.follower = new Follower(arena, namespace, () => this.history.tick());
  }

  /** A number that was not given out before. */
  number(): number {
    return ++this.#numbers;
  }

  /** A job by how many others were acknowledged after it, modulo their number. */
  job(back: number): string | undefined {
    return this.jobIds.at(-1 - (back % Math.max(1, this.jobIds.length)));
  }

  /** A lease by how many others were got after it, modulo their number: mostly the live ones, and sometimes one that is over. */
  lease(back: number): KnownLease | undefined {
    return this.leases.at(-1 - (back % Math.max(1, this.leases.length)));
  }

  /** Makes a call in this namespace. */
  call<M extends Method>(method: M, request: RequestOf<M>, once = false): Promise<AnswerOf<M> | undefined> {
    return this.history.call(method, request, once);
  }

  /** Notes jobs that a submit was answered with. */
  acknowledged(answer: AnswerOf<"submitJobs"> | undefined): void {
    for (const { jobId } of answer?.jobs ?? []) if (!this.jobIds.includes(jobId)) this.jobIds.push(jobId);
  }

  /** Notes leases that a runner got. */
  got(leases: readonly KnownLease[]): void {
    for (const { jobId, attempt, runnerId } of leases) this.leases.push({ jobId, attempt, runnerId });
  }
}
