/** What a job of the bench carries: about 120 bytes of JSON. */
export interface JobBody {
  /** When it was submitted, by {@link now}. */
  readonly at: number;
  readonly text: string;
}

/** How a job differs from the plain ones; only figures about our own service ask for it. */
export interface JobShape {
  /** Sort of work; a `#` is replaced by a number of its own for each job. */
  readonly kind?: string;
  /** Lower is taken first. */
  readonly rankClass?: number;
  /** Key whose limit bounds it. */
  readonly concurrencyKey?: string;
}

/** What workers are tuned for: a full queue, submitters and workers together, or one job at a time; `results` also keeps a result per job. */
export type WorkMode = "bulk" | "steady" | "latency" | "results";

/** The side of a queue that takes jobs. Each call settles when its jobs are durable. */
export interface SubmitSide {
  submitOne(body: JobBody): Promise<unknown>;
  /** One call of its own for one job, where `submitOne` shares calls. */
  submitPlain?(body: JobBody): Promise<unknown>;
  submitMany(bodies: readonly JobBody[], shape?: JobShape): Promise<unknown>;
  /** Jobs that have not ended, as the storage knows them. */
  openJobs(): Promise<number>;
}

/** The side that does jobs. */
export interface WorkSide {
  /** Starts workers; `handle` is called once for each job, when its work begins, and does the work. */
  work(mode: WorkMode, handle: (body: JobBody) => void): Promise<Work>;
}

/** Workers that run. */
export interface Work {
  /** Whether the end of everything that was handled is durable. */
  settled(): boolean | Promise<boolean>;
  /** Finishes what is at hand and ends. */
  stop(): Promise<void>;
}
