import { jobStatuses, logLevels } from "../vocabulary.js";
import { anyObject, count, nullable, timestamp, uuid } from "./common.js";

/** Path of a job. */
export const jobParams = { type: "object", required: ["jobID"], properties: { jobID: uuid } };

const word = { type: "string", maxLength: 255 };
const priority = { type: "integer", minimum: 0, maximum: 1000 };

/** Body of a job's creation. */
export const createJobBody = {
  type: "object",
  required: ["definition_name"],
  properties: {
    definition_name: { type: "string" },
    part_number: word,
    item_id: word,
    project_id: word,
    revision_number: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
    priority: { ...priority, description: "Lower runs first. Default: the definition's." },
    args: { ...anyObject, description: "Stand over those of the definition." },
    metadata: anyObject,
  },
};

/** Query of the list of jobs. */
export const listJobsQuery = {
  type: "object",
  properties: {
    status: { type: "string", enum: jobStatuses },
    definition: { type: "string" },
    part_number: { type: "string" },
    runner_id: uuid,
    limit: { type: "integer", minimum: 1, maximum: 500, description: "Default 50." },
    offset: { type: "integer", minimum: 0, description: "Default 0." },
  },
};

/** Query of a job's log. The words of `level` are checked later, since there may be several. */
export const jobLogsQuery = {
  type: "object",
  properties: {
    level: { type: "string", description: `One or several of ${logLevels.join(", ")}, separated by commas.` },
    after: { type: "integer", minimum: 0, description: "Id of an entry. Default 0." },
    limit: { type: "integer", minimum: 1, maximum: 5000, description: "Default 1000." },
  },
};

/** A job, in answers. */
export const job = {
  type: "object",
  properties: {
    id: { type: "string", format: "uuid" },
    definition_name: { type: "string" },
    definition_version: nullable("integer"),
    status: { type: "string", enum: jobStatuses },
    priority,
    part_number: nullable("string"),
    revision_number: nullable("integer"),
    item_id: nullable("string"),
    project_id: nullable("string"),
    args: anyObject,
    required_tags: { type: "array", items: { type: "string" } },
    runner_id: nullable("string"),
    runner_name: nullable("string"),
    attempt: count,
    max_retries: count,
    progress: { type: "integer", minimum: 0, maximum: 100 },
    progress_message: nullable("string"),
    result: { type: ["object", "null"], additionalProperties: true },
    error: nullable("string"),
    metadata: anyObject,
    created_by: nullable("string"),
    created_at: timestamp,
    claimed_at: nullable("string"),
    started_at: nullable("string"),
    completed_at: nullable("string"),
    expires_at: nullable("string"),
    cancelled_at: nullable("string"),
    cancelled_by: nullable("string"),
  },
};

/** A log entry, in answers. */
export const logEntry = {
  type: "object",
  properties: {
    id: { type: "integer", description: "Rises within a job." },
    job_id: { type: "string", format: "uuid" },
    timestamp,
    level: { type: "string", enum: logLevels },
    message: { type: "string" },
    metadata: anyObject,
    source: { type: "string", enum: ["runner", "server"] },
  },
};

/** Query of the stream of events. */
export const eventsQuery = { type: "object", properties: { job_id: uuid } };

/** A stream of events; the document can only say that it is text. */
export const eventStream = { type: "string", description: "text/event-stream" };
