import { jobStatuses } from "./vocabulary.js";

// One set of JSON schemas for both purposes: what is checked is what the OpenAPI document says. Sizes, and the order in which
// a body is looked at, are in `body-rules.ts`.

const text = { type: "string" };
const time = { type: "integer", description: "Milliseconds since 1970." };
const count = { type: "integer", minimum: 0 };
const flag = { type: "boolean" };
const status = { type: "string", enum: jobStatuses };
const orNull = (type: string) => ({ type: [type, "null"] });
const object = (properties: Readonly<Record<string, object>>) => ({ type: "object", properties });
const listOf = (items: object) => ({ type: "array", items });

/** Path of a job. Any text: an id that is none of ours is an unknown job. */
export const jobParams = { type: "object", required: ["jobId"], properties: { jobId: text } };

/** Path of a runner. */
export const runnerParams = { type: "object", required: ["runnerId"], properties: { runnerId: text } };

/** Body of a submission and of a check. */
export const submissionBody = {
  type: "object",
  required: ["job_type", "input_params"],
  properties: {
    job_type: { type: "string", minLength: 1 },
    input_params: {
      type: ["object", "array"],
      description: "At most 102,400 UTF-16 code units as JSON without white space.",
    },
  },
};

/** Body of a registration. */
export const registerBody = {
  type: "object",
  required: ["name", "capabilities"],
  properties: {
    name: { description: "A text that is not empty, by custom.", not: { enum: ["", 0, false, null] } },
    capabilities: { type: "array", items: {}, description: "Shown, and never used for matching." },
  },
};

const consoleOutput = {
  type: "string",
  description: "The whole text so far: it replaces the earlier one. At most 1,048,576 UTF-16 code units.",
};
const progressValue = { type: ["number", "string", "null"], description: "Null, or left out, is unknown." };

/** Body of a heartbeat. */
export const heartbeatBody = {
  type: "object",
  required: ["console_output"],
  properties: { progress_current: progressValue, progress_total: progressValue, console_output: consoleOutput },
};

/** Body of a completion. */
export const completeBody = {
  type: "object",
  required: ["output_data", "console_output"],
  properties: {
    output_data: { description: "Any JSON, null too. At most 512,000 UTF-16 code units without white space." },
    console_output: consoleOutput,
  },
};

/** Body of a failure. */
export const errorBody = {
  type: "object",
  required: ["error_message", "console_output"],
  properties: {
    error_message: { type: "string", description: "At most 10,240 UTF-16 code units." },
    console_output: consoleOutput,
  },
};

/** Body of a deletion of several jobs. */
export const batchDeleteBody = {
  type: "object",
  required: ["job_ids"],
  properties: { job_ids: { type: "array", items: {}, description: "Ids; what is none of ours has failed." } },
};

/** Query of the list of claimable jobs. */
export const availableQuery = {
  type: "object",
  properties: { "types[]": { type: "array", items: text, description: "Job types, each as it is written." } },
};

/** Query of the list of all jobs. */
export const listJobsQuery = {
  type: "object",
  properties: {
    status: { type: "string", description: `One of ${jobStatuses.join(", ")}; no job fits another word.` },
    limit: { type: "string", description: "Leading digits count; default 100, a negative number is all." },
  },
};

const progress = object({ current: { type: ["number", "string"] }, total: { type: ["number", "string"] } });
const result = object({ output_data: {}, console_output: text });

/** Answer to a submission. */
export const submitted = object({ job_id: text, status, message: text, result, error: text });
/** Answer to a check. */
export const checked = object({ exists: flag, job_id: text, status, message: text, result, error: text });
/** A job's state. */
export const jobState = object({
  ...{ job_id: text, status, job_type: text, created_at: time, updated_at: time },
  ...{ progress, result, error: text },
});
/** Answer to a registration. */
export const registered = object({ runner_id: text, message: text });
/** Answer to the question whether a runner is known. */
export const verified = object({ exists: flag, runner_name: {}, message: text });
/** Jobs that could be claimed. */
export const available = object({
  jobs: listOf(object({ job_id: text, job_type: text, input_params: {}, created_at: time })),
});
/** Answer to a claim. */
export const claimed = object({
  ...{ success: flag, message: text },
  job: object({ job_id: text, job_type: text, input_params: {} }),
});
/** Answer to everything that is done or refused. */
export const done = object({ success: flag, message: text });
/** The list of jobs. */
export const jobList = object({
  jobs: listOf(
    object({
      ...{ job_id: text, job_type: text, status, created_at: time, updated_at: time },
      claimed_by: orNull("string"),
    }),
  ),
  total: { ...count, description: "The number of jobs returned." },
});
/** All about a job. */
export const jobDetail = object({
  ...{ job_id: text, job_type: text, status, input_params: {}, created_at: time, updated_at: time },
  ...{ claimed_by: orNull("string"), claimed_at: orNull("integer"), console_output: text },
  ...{ last_heartbeat: orNull("integer"), progress, output_data: {}, error_message: text },
});
/** Answer to a deletion of several jobs. */
export const batchDeleted = object({ success: flag, deleted: count, failed: listOf({}), message: text });
const runner = { runner_id: text, name: {}, capabilities: listOf({}), last_seen: time, is_active: flag };
/** The list of runners. */
export const runnerList = object({ runners: listOf(object(runner)), total: count });
/** All about a runner. */
export const runnerDetail = object({
  ...runner,
  registered_at: time,
  jobs: listOf(object({ job_id: text, job_type: text, status, created_at: time, updated_at: time })),
});
/** Sums over all jobs and runners. */
export const stats = object({
  jobs: object({ ...Object.fromEntries(jobStatuses.map((word) => [word, count])), total: count }),
  runners: object({ total: count, active: count }),
});
/** Answer to whoever asks whether the service is there. */
export const health = object({ status: text, service: text });
/** An answer that is an error. */
export const error = object({ error: text, details: text });
/** A refusal by the rate limit. */
export const tooMany = object({ error: text, resetTime: time });
