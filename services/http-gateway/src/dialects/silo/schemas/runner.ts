import { optionalBody } from "../../../http/schema-check.js";
import { logLevels, runnerStatuses } from "../vocabulary.js";
import { anyObject, count, nullable, tagList, timestamp, uuid } from "./common.js";
import { definition } from "./definition.js";
import { job } from "./job.js";

/** Path of a runner. */
export const runnerParams = { type: "object", required: ["id"], properties: { id: uuid } };

/** Body of a runner's creation. */
export const createRunnerBody = {
  type: "object",
  required: ["name"],
  properties: {
    name: { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$" },
    tags: tagList,
    max_concurrent: { type: "integer", minimum: 1, maximum: 100, default: 1 },
    metadata: anyObject,
  },
};

/** A runner, in answers. */
export const runner = {
  type: "object",
  properties: {
    id: { type: "string", format: "uuid" },
    name: { type: "string" },
    tags: { type: "array", items: { type: "string" } },
    max_concurrent: { type: "integer", minimum: 1 },
    status: { type: "string", enum: runnerStatuses },
    last_heartbeat: nullable("string"),
    token_prefix: nullable("string"),
    running_jobs: { type: "array", items: { type: "string", format: "uuid" } },
    jobs_completed: count,
    jobs_failed: count,
    metadata: anyObject,
    created_at: timestamp,
  },
};

/** A runner with its token, the one time that it is shown. */
export const runnerWithToken = { ...runner, properties: { ...runner.properties, token: { type: "string" } } };

/** Body of a heartbeat. */
export const heartbeatBody = {
  ...optionalBody,
  type: "object",
  properties: {
    version: { type: "string", maxLength: 100 },
    hostname: { type: "string", maxLength: 255 },
    running: { type: "array", maxItems: 1000, items: uuid },
  },
};

/** Answer to a heartbeat. */
export const heartbeatAnswer = {
  type: "object",
  properties: {
    status: { type: "string" },
    runner_id: { type: "string", format: "uuid" },
    name: { type: "string" },
    tags: { type: "array", items: { type: "string" } },
    server_time: timestamp,
    cancel: { type: "array", items: { type: "string", format: "uuid" } },
  },
};

/** Query of a claim. */
export const claimQuery = {
  type: "object",
  properties: { wait: { type: "integer", minimum: 0, maximum: 25, description: "Seconds. Default 0." } },
};

/** Body of a claim. */
export const claimBody = { ...optionalBody, ...anyObject };

/** A claimed job, in answers. */
export const claimed = {
  type: "object",
  properties: { job, definition, claim_id: { type: "string", format: "uuid" } },
};

/** Body of a progress report. */
export const progressBody = {
  type: "object",
  required: ["progress"],
  properties: {
    progress: { type: "integer", minimum: 0, maximum: 100 },
    message: { type: "string", maxLength: 4096, description: "Default: as it was." },
  },
};

/** Body of a completion. */
export const completeBody = {
  ...optionalBody,
  type: "object",
  properties: { result: { type: ["object", "null"], additionalProperties: true } },
};

const errorText = { type: "string", minLength: 1, maxLength: 65_536 };

/** Body of a failure. */
export const failBody = {
  type: "object",
  anyOf: [{ required: ["error"] }, { required: ["error_message"] }],
  properties: { error: errorText, error_message: errorText, retryable: { type: "boolean", default: false } },
};

/** Body of a log entry. Its limits of size are checked later, since what is too large is a 413. */
export const logBody = {
  type: "object",
  required: ["message"],
  properties: {
    level: { type: "string", enum: [...logLevels, "warning"], default: "info" },
    message: { type: "string", minLength: 1, description: "At most 65,536 characters." },
    metadata: { ...anyObject, description: "At most 16,384 bytes as JSON." },
  },
};

/** Answer to a log entry. */
export const logReceipt = { type: "object", properties: { id: { type: "integer" }, timestamp } };
