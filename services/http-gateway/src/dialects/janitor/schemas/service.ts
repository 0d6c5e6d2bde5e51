import { count } from "./common.js";

/** An answer in words. */
export const plainText = {
  description: "Text.",
  content: { "text/plain": { schema: { type: "string" } } },
};

const check = {
  type: "object",
  properties: { status: { type: "string", enum: ["healthy", "unhealthy"] }, message: { type: "string" } },
};

/** The health of the service: a word, or an object for those who accept JSON. */
export const health = {
  description: "`ok`; for callers that accept JSON, an object.",
  content: {
    "text/plain": { schema: { type: "string" } },
    "application/json": {
      schema: {
        type: "object",
        properties: {
          ...check.properties,
          timestamp: { type: "string", format: "date-time" },
          version: { type: "string" },
          checks: {
            type: "object",
            properties: { database: check, vcs: check, logs: check, artifacts: check },
          },
        },
      },
    },
  },
};

/** Numbers of items and runs. */
export const queueStats = {
  type: "object",
  properties: {
    queue_length: count,
    active_runs: count,
    succeeded: count,
    failed: count,
    status: { type: "string" },
  },
};
