import { count, listOf, nullable, nullableText } from "./common.js";

const text = { type: "string" };
const free = { type: "object", additionalProperties: true };

/** A run in a path. */
export const runParams = { type: "object", properties: { id: { type: "string", minLength: 1 } } };

/** A run's file in a path; the rest of the path is its name. */
export const runFileParams = { type: "object", properties: { ...runParams.properties, "*": { type: "string" } } };

/** A call for work. What is left out is no condition. */
export const assignBody = {
  type: "object",
  properties: {
    worker: nullableText(255),
    node: nullableText(255),
    worker_link: nullableText(4096),
    backchannel: {
      type: ["object", "null"],
      properties: { kind: { type: "string", enum: ["http", "jenkins"] }, url: { type: "string", maxLength: 4096 } },
    },
    codebase: nullableText(512),
    campaign: nullableText(255),
    exclude_hosts: { type: ["array", "null"], maxItems: 1000, items: { type: "string", maxLength: 255 } },
    archs: { type: ["array", "null"], items: text },
  },
};

/** What a worker shall do. */
export const assignment = {
  type: "object",
  additionalProperties: true,
  properties: {
    id: text,
    queue_id: count,
    description: text,
    campaign: text,
    codebase: text,
    command: text,
    "force-build": { type: "boolean" },
    "skip-setup-validation": { type: "boolean" },
    branch: free,
    resume: nullable("object"),
    codemod: free,
    build: free,
    env: free,
    target_repository: free,
  },
};

/** A run that a worker has. */
export const activeRun = {
  type: "object",
  additionalProperties: true,
  properties: {
    queue_id: count,
    id: text,
    codebase: text,
    change_set: nullable("string"),
    campaign: text,
    command: text,
    estimated_duration: { type: "number" },
    current_duration: { type: "number" },
    start_time: text,
    worker: nullable("string"),
    worker_link: nullable("string"),
    vcs: free,
    backchannel: free,
    instigated_context: nullable("string"),
    resume_from: nullable("string"),
  },
};

/** All of them. */
export const activeRuns = listOf(activeRun);

/** What the runner does now. */
export const status = {
  type: "object",
  properties: { processing: activeRuns, avoid_hosts: listOf(text), rate_limit_hosts: free },
};

/** What became of a finished run. */
export const finished = {
  type: "object",
  properties: {
    id: text,
    filenames: listOf(text),
    logs: listOf(text),
    artifacts: { type: ["array", "null"], items: text },
    result: free,
  },
};

/** Names of log files. */
export const logNames = listOf(text);

/** A log's bytes. */
export const logBytes = { type: "string" };

/** A run that is over, in short. */
export const run = {
  type: "object",
  properties: { codebase: text, campaign: text, publish_status: text },
};

/** The change of a run that is over. */
export const runBody = {
  type: "object",
  required: ["publish_status"],
  properties: { publish_status: { type: "string", maxLength: 64 } },
};

/** A run after its change. */
export const changedRun = {
  type: "object",
  properties: { run_id: text, publish_status: text, codebase: text, campaign: text },
};

/** What the watchdog knows. */
export const watchdogHealth = {
  type: "object",
  properties: { status: text, active_runs: count, health_statuses: listOf(free) },
};
