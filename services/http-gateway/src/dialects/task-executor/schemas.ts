import { optionalBody } from "../../http/schema-check.js";
import { logLevels, taskStatuses, workerStatuses } from "./vocabulary.js";

// One set of JSON schemas for both purposes: what is checked is what the OpenAPI document says.

const timestamp = { type: "string", format: "date-time" };
const nullable = (type: string) => ({ type: [type, "null"] });
const count = { type: "integer", minimum: 0 };
const anyObject = { type: "object", additionalProperties: true };
const uuid = {
  type: "string",
  pattern: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
};

/** Path of a task; whether the id is one of ours is the core's to say. */
export const taskParams = { type: "object", required: ["task_id"], properties: { task_id: uuid } };

/** Path of a worker. Any text: an id that nobody can have registered is an unknown worker. */
export const workerParams = { type: "object", required: ["worker_id"], properties: { worker_id: { type: "string" } } };

/** Path of a worker's task. */
export const workerTaskParams = {
  type: "object",
  required: ["worker_id", "task_id"],
  properties: { worker_id: { type: "string" }, task_id: uuid },
};

const problemId = { type: "string", minLength: 1, maxLength: 255, pattern: "^[a-zA-Z0-9][a-zA-Z0-9_-]*$" };

/** Body of a create call. */
export const createTaskBody = {
  type: "object",
  required: ["problem_id"],
  properties: {
    problem_id: problemId,
    parameters: {
      type: "object",
      properties: {
        max_steps: { type: "integer", minimum: 1, maximum: 1000 },
        timeout: { type: "number", exclusiveMinimum: 0, maximum: 10_800, description: "Seconds." },
        timeout_minutes: { type: "number", exclusiveMinimum: 0, maximum: 180 },
        priority: { type: "integer", minimum: 0, maximum: 10, description: "Higher first." },
        backend_type: { type: "string", minLength: 1, maxLength: 100 },
        agent_config: anyObject,
      },
    },
    priority: { type: "integer", description: "Used when `parameters.priority` is absent; 0 to 10." },
  },
};

const shape = { type: "string", enum: ["documented", "deployed"] };
/** Query of what only has two shapes. */
export const shapeQuery = { type: "object", properties: { shape } };

const poolSize = { type: "integer", minimum: 0, maximum: 50 };
/** Body of the call that sets the number of internal workers; the query may say it instead. */
export const scaleBody = { type: "object", properties: { num_workers: poolSize }, ...optionalBody };
/** Query of the same call. */
export const scaleQuery = { type: "object", properties: { num_workers: poolSize } };

/** Query of a task's streams. */
export const streamQuery = {
  type: "object",
  properties: { logs: { type: "string", enum: ["true", "false"], description: "Default true: log entries too." } },
};

/** Answer of a route that becomes a WebSocket. */
export const webSocket = {
  description: "The connection is a WebSocket: text frames, one JSON object each.",
  type: "null",
};
/** Answer that is a stream of server-sent events. */
export const eventStream = {
  description: "Server-sent events; the data of each is a JSON object, its name the object's `type`.",
  content: { "text/event-stream": { schema: { type: "string" } } },
};

/** Query of the list of tasks. */
export const listTasksQuery = {
  type: "object",
  properties: {
    shape,
    status: { type: "string", enum: taskStatuses },
    problem_id: { type: "string" },
    worker_id: { type: "string" },
    limit: { type: "integer", minimum: 1, maximum: 1000, description: "Default 100." },
    offset: { type: "integer", minimum: 0, description: "Default 0." },
    page: { type: "integer", minimum: 1, description: "Default 1. Its presence selects the deployed shape." },
    page_size: { type: "integer", minimum: 1, maximum: 100, description: "Default 20. As `page`." },
    sort: { type: "string", pattern: "^-?(created_at|updated_at|started_at|completed_at)$" },
  },
};

/** Query of a task's log. The words of `level` are checked later, since a wrong one is a 400. */
export const taskLogsQuery = {
  type: "object",
  properties: {
    shape,
    level: { type: "string", description: `One of ${logLevels.join(", ")}.` },
    limit: { type: "integer", minimum: 1, maximum: 1000, description: "Default 100." },
  },
};

/** Query of the list of workers. */
export const listWorkersQuery = {
  type: "object",
  properties: { shape, status: { type: "string", enum: workerStatuses }, backend_type: { type: "string" } },
};

/** Body of a registration; `strict` restores the one form of ids that the old service knew. */
export const registerWorkerBody = (strict: boolean) => ({
  type: "object",
  required: ["worker_id", "backend_type"],
  properties: {
    worker_id: {
      type: "string",
      pattern: strict ? "^worker-[0-9]{3}-kind$" : "^(?!(?:internal|register)$)[A-Za-z0-9][A-Za-z0-9._-]{0,254}$",
    },
    backend_type: { type: "string", minLength: 1, maxLength: 100 },
    capabilities: {
      type: "object",
      properties: {
        max_parallel_tasks: { type: "integer", minimum: 1, maximum: 1000 },
        supported_problems: { type: "array", maxItems: 1000, items: { type: "string", minLength: 1, maxLength: 255 } },
      },
    },
    metadata: anyObject,
  },
});

/** Body of a heartbeat. */
export const heartbeatBody = {
  type: "object",
  required: ["status"],
  properties: {
    status: { type: "string", enum: workerStatuses },
    current_task_id: { type: ["string", "null"], pattern: uuid.pattern },
  },
};

/** Body of a completion or a failure: any object. */
export const reportBody = anyObject;

const logEntryBody = {
  type: "object",
  required: ["level", "message"],
  properties: {
    level: { type: "string", enum: logLevels },
    message: { type: "string", minLength: 1, maxLength: 65_536 },
    context: anyObject,
    timestamp,
  },
};

/** Body of a worker's log call: one entry, or several under `entries`. */
export const workerLogBody = {
  type: "object",
  if: { required: ["entries"] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { properties: { entries: { type: "array", minItems: 1, maxItems: 500, items: logEntryBody } } },
  else: logEntryBody,
};

/** A task, in answers. */
export const task = {
  type: "object",
  properties: {
    id: { type: "string", format: "uuid" },
    problem_id: { type: "string" },
    status: { type: "string", enum: taskStatuses },
    parameters: anyObject,
    worker_id: nullable("string"),
    result: { type: ["object", "null"], additionalProperties: true },
    error_details: nullable("string"),
    created_at: timestamp,
    updated_at: timestamp,
    started_at: nullable("string"),
    completed_at: nullable("string"),
  },
};

/** A worker, in answers. */
export const worker = {
  type: "object",
  properties: {
    id: { type: "string" },
    backend_type: { type: "string" },
    status: { type: "string", enum: workerStatuses },
    last_heartbeat: timestamp,
    registered_at: timestamp,
    current_task_id: nullable("string"),
    capabilities: anyObject,
    metadata: anyObject,
    tasks_completed: count,
    tasks_failed: count,
  },
};

/** A log entry, in answers. */
export const logEntry = {
  type: "object",
  properties: {
    id: { type: "string", format: "uuid" },
    task_id: { type: "string", format: "uuid" },
    timestamp,
    level: { type: "string", enum: logLevels },
    message: { type: "string" },
    context: anyObject,
  },
};

/** A list in either shape: bare, or under `name` with the members that `extra` names. */
export const eitherList = (item: object, name: string, extra: Readonly<Record<string, object>>) => ({
  oneOf: [
    { type: "array", items: item },
    { type: "object", properties: { [name]: { type: "array", items: item }, ...extra } },
  ],
});

/** An object of which the document says no more. */
export const someObject = anyObject;

/** A number of things. */
export const number = count;
