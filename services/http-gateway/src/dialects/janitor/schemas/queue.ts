import { count, listOf, nullable, nullableText } from "./common.js";

const number = { type: "number" };
const text = { type: "string" };

/** A call that queues a run. */
export const scheduleBody = {
  type: "object",
  properties: {
    run_id: nullableText(200),
    campaign: nullableText(255),
    codebase: nullableText(512),
    refresh: nullable("boolean"),
    change_set: nullableText(512),
    requester: nullableText(512),
    bucket: nullableText(64),
    offset: { type: ["number", "string", "null"] },
    estimated_duration: { type: ["number", "null"], minimum: 0 },
  },
};

/** A call that queues a control run. */
export const scheduleControlBody = {
  type: "object",
  properties: { ...scheduleBody.properties, main_branch_revision: nullableText(512) },
};

/** What was queued as a control run. */
export const scheduledControl = {
  type: "object",
  properties: {
    campaign: text,
    offset: number,
    bucket: text,
    codebase: text,
    queue_id: count,
    estimated_duration_seconds: number,
  },
};

/** What was queued. */
export const scheduled = {
  type: "object",
  properties: {
    ...scheduledControl.properties,
    queue_position: nullable("integer"),
    queue_wait_time: nullable("number"),
  },
};

/** Which item is asked about. */
export const positionQuery = {
  type: "object",
  required: ["codebase", "campaign"],
  properties: { codebase: { type: "string", minLength: 1 }, campaign: { type: "string", minLength: 1 } },
};

/** Where an item stands; nulls for one that is not queued. */
export const position = {
  type: "object",
  properties: {
    position: nullable("integer"),
    wait_time: nullable("number"),
    cumulative_wait_time: nullable("number"),
  },
};

/** How many items are listed. */
export const queueQuery = { type: "object", properties: { limit: count } };

/** The queue. */
export const queueItems = listOf({
  type: "object",
  properties: {
    queue_id: count,
    codebase: text,
    campaign: text,
    context: nullable("string"),
    command: text,
  },
});
