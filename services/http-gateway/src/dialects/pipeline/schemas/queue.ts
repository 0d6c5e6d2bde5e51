import { itemStatuses } from "../vocabulary.js";
import { answer, count, flag, listOf, naiveTimestamp, naiveTimestampOrNull, nullable, text } from "./common.js";

/** An item of the queue. */
const queueItem = answer({
  queue_id: text,
  job_id: text,
  job_title: text,
  company: text,
  status: { enum: [...itemStatuses] },
  operation: text,
  processing_tier: text,
  created_at: naiveTimestampOrNull,
  started_at: naiveTimestampOrNull,
  completed_at: naiveTimestampOrNull,
  error: nullable("string"),
  run_id: text,
  position: count,
});

/** The queue as the page shows it. */
export const queueState = answer({
  pending: listOf(queueItem),
  running: listOf(queueItem),
  failed: listOf(queueItem),
  history: listOf(queueItem),
  stats: answer({ total_pending: count, total_running: count, total_failed: count, total_completed_today: count }),
  queue_enabled: flag,
  state_version: text,
  timestamp: naiveTimestamp,
});

/** The path of an item. */
export const queueParams = { type: "object", properties: { queue_id: text }, required: ["queue_id"] };

/** An item that was done something with. */
export const itemAnswer = answer({ success: flag, item: queueItem });

/** Something that was done. */
export const doneAnswer = answer({ success: flag });

/** The item of a posting, if there is one. */
export const foundItem = {
  type: "object",
  properties: { found: flag, item: queueItem, queue_enabled: flag },
  required: ["found", "queue_enabled"],
};

/** How long an item may wait before it is stale. */
export const cleanupQuery = {
  type: "object",
  properties: { max_age_minutes: { type: "integer", minimum: 0, maximum: 5_256_000, default: 60 } },
};

/** What a cleanup did. */
export const cleanupAnswer = answer({
  success: flag,
  stats: answer({
    stale_pending_removed: count,
    orphan_pending_removed: count,
    orphan_running_removed: count,
    total_cleaned: count,
  }),
});

/** What a clearing did. */
export const clearAnswer = answer({
  success: flag,
  stats: answer({
    pending_cleared: count,
    running_cleared: count,
    failed_cleared: count,
    history_cleared: count,
    items_deleted: count,
  }),
});

/** The path of an operation on a posting. */
export const queuedOperationParams = {
  type: "object",
  properties: { job_id: text, operation: text },
  required: ["job_id", "operation"],
};

/** An operation that was put into the queue, or the reason why not. */
export const queuedOperation = answer({
  success: flag,
  queue_id: text,
  job_id: text,
  operation: text,
  status: { enum: ["pending", "failed"] },
  position: count,
  estimated_wait_seconds: count,
  run_id: nullable("string"),
  error: nullable("string"),
});

/** Where the operations of a posting stand. */
export const queueStatus = answer({
  job_id: text,
  operations: {
    type: "object",
    additionalProperties: {
      type: ["object", "null"],
      properties: {
        status: { enum: [...itemStatuses] },
        queue_id: nullable("string"),
        run_id: text,
        position: nullable("integer"),
        started_at: naiveTimestampOrNull,
        completed_at: naiveTimestampOrNull,
        error: nullable("string"),
      },
    },
  },
});
