/** The namespace of the dialect's jobs and documents, where the settings name no other. */
export const defaultNamespace = "pipeline";

/** Queues of the namespace. */
export const queues = {
  /** Items that the queue view shows: queued operations, batches and pipeline runs. */
  shown: "queue",
  /** All other work: started operations, synchronous calls, ingestion, searches. */
  direct: "direct",
} as const;

/** The log stream of an attempt that carries the lines. */
export const lineStream = "log";

/** Keys that bound how much runs at once; their limits are set from the settings. */
export const concurrencyKeys = {
  /** Pipeline runs. */
  pipeline: "pipeline",
  /** Operations. */
  operations: "operations",
} as const;

/** Rank classes: lower is served first. Somebody waits for a synchronous call, so it does not stand behind a bulk. */
export const rankClasses = { synchronous: -1, standard: 0 } as const;

/** Names of the numbers that a job's outcome carries, summed by the core. */
export const metricNames = { cost: "cost_usd", inputTokens: "input_tokens", outputTokens: "output_tokens" } as const;
