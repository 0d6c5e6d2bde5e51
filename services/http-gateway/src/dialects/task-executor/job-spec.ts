import { create } from "@bufbuild/protobuf";
import { type JobSpec, JobSpecSchema } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { ExecutionTimeoutAction, HoldMode, LostLeaseAction } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { memberSpans } from "../../json/json-span.js";
import type { JsonDocument } from "../../json/parse-json.js";
import { writeJson } from "../../json/raw-json.js";
import type { TaskExecutorConfig } from "./config.js";
import { validationError } from "./errors.js";
import { durationFromSeconds } from "../../json/timestamp.js";

/** The body of a create call, after validation. */
export interface CreateTaskBody {
  readonly problem_id: string;
  readonly parameters?: {
    readonly max_steps?: number;
    readonly timeout?: number;
    readonly timeout_minutes?: number;
    readonly priority?: number;
    readonly backend_type?: string;
  };
  readonly priority?: number;
}

/** The queue of the dialect's tasks. */
export const taskQueue = "tasks";
/** The label by which tasks find workers of one sort. */
export const backendTypeLabel = "backend_type";

/**
 * Says what a task is to the core: its `problem_id` is the kind, so that the `supported_problems` of workers are plain kind
 * selectors; a higher priority is a lower rank; only the presence of its worker keeps a running task alive, and what is
 * lost is queued again without limit.
 *
 * @param document the body's text, whose `parameters` are kept as they were written, with the defaults added behind
 * @throws TaskExecutorError 422 for a priority out of range
 */
export function jobSpecFromTask(body: CreateTaskBody, document: JsonDocument, config: TaskExecutorConfig): JobSpec {
  const given = body.parameters ?? {};
  const priority = given.priority ?? body.priority ?? config.defaultPriority;
  if (priority < 0 || priority > 10) {
    throw validationError([{ loc: ["body", "priority"], msg: "must be from 0 to 10", type: "out_of_range" }]);
  }
  const limitSeconds = given.timeout ?? (given.timeout_minutes ?? config.defaultTimeoutMinutes) * 60;
  const parameters = withMembers(parametersText(document.text), {
    max_steps: given.max_steps === undefined ? config.defaultMaxSteps : undefined,
    priority: given.priority === undefined ? priority : undefined,
    timeout_minutes:
      given.timeout === undefined && given.timeout_minutes === undefined ? config.defaultTimeoutMinutes : undefined,
  });
  const input = `{"problem_id":${JSON.stringify(body.problem_id)},"parameters":${parameters}}`;
  return create(JobSpecSchema, {
    queue: taskQueue,
    kind: body.problem_id,
    requiredLabels: given.backend_type === undefined ? {} : { [backendTypeLabel]: given.backend_type },
    input: { data: new TextEncoder().encode(input), contentType: "application/json" },
    order: { rankBy: { case: "rank", value: 0 - priority } },
    policies: {
      maxAttempts: 0,
      hold: HoldMode.RUNNER,
      lost: { beforeStart: LostLeaseAction.REQUEUE, afterStart: LostLeaseAction.REQUEUE },
      executionTimeout: durationFromSeconds(limitSeconds),
      onExecutionTimeout: ExecutionTimeoutAction.TIME_OUT,
    },
  });
}

/** The text of the body's `parameters`. */
function parametersText(body: string): string {
  const span = memberSpans(body).get("parameters");
  return span === undefined ? "{}" : body.slice(span.start, span.end);
}

/** Adds members behind those of an object's text; undefined ones are left out. */
function withMembers(object: string, members: Record<string, number | undefined>): string {
  const before = object.slice(1, -1).trim();
  const added = writeJson(members).slice(1, -1);
  return `{${[before, added].filter((part) => part !== "").join(",")}}`;
}
