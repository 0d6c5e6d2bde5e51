import { create } from "@bufbuild/protobuf";
import type { Payload } from "@switchyard/proto/switchyard/common/v1/payload_pb";
import { type Runner, type RunnerSpec, RunnerSpecSchema } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { type Revocation, Revocation_Reason } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import { memberSpans } from "../../json/json-span.js";
import { isJsonObject, type JsonDocument, parseJson } from "../../json/parse-json.js";
import { RawJson } from "../../json/raw-json.js";
import type { TaskExecutorConfig } from "./config.js";
import { backendTypeLabel } from "./job-spec.js";
import { durationFromSeconds, timestampTextOrNull } from "../../json/timestamp.js";
import { type WorkerStatus, workerStatusOf } from "./vocabulary.js";

/** The body of a registration, after validation. */
export interface RegisterWorkerBody {
  readonly worker_id: string;
  readonly backend_type: string;
  readonly capabilities?: { readonly max_parallel_tasks?: number; readonly supported_problems?: readonly string[] };
}

/** A worker as callers see it; written with `writeJson`. */
export interface WorkerView {
  readonly id: string;
  readonly backend_type: string;
  readonly status: WorkerStatus;
  readonly last_heartbeat: string | null;
  readonly registered_at: string | null;
  readonly current_task_id: string | null;
  readonly capabilities: RawJson;
  readonly metadata: RawJson;
  readonly tasks_completed: number;
  readonly tasks_failed: number;
}

/** Says what a worker is to the core. Capabilities and metadata are kept as they were written. */
export function runnerSpecFromWorker(
  body: RegisterWorkerBody,
  document: JsonDocument,
  config: TaskExecutorConfig,
): RunnerSpec {
  const { max_parallel_tasks: slots = 1, supported_problems: problems = [] } = body.capabilities ?? {};
  const spans = memberSpans(document.text);
  const textOf = (name: string) => {
    const span = spans.get(name);
    return span === undefined ? "{}" : document.text.slice(span.start, span.end);
  };
  const attributes = `{"capabilities":${textOf("capabilities")},"metadata":${textOf("metadata")}}`;
  return create(RunnerSpecSchema, {
    name: body.worker_id,
    profile: {
      kinds: kindGlobs(problems).map((glob) => ({ by: { case: "glob" as const, value: glob } })),
      labels: { [backendTypeLabel]: body.backend_type },
    },
    slots,
    presence: durationFromSeconds(config.workerHeartbeatTimeoutSeconds),
    attributes: { data: new TextEncoder().encode(attributes), contentType: "application/json" },
  });
}

/**
 * Supported problems as globs over the whole `problem_id`: with a wildcard as they are, without one as "contains", none
 * at all as everything.
 */
export function kindGlobs(problems: readonly string[]): string[] {
  if (problems.length === 0) return ["*"];
  return [...new Set(problems.map((problem) => (/[*?]/.test(problem) ? problem : `*${problem}*`)))];
}

/** Shows a runner as a worker. */
export function workerFromRunner(runner: Runner): WorkerView {
  const attributes = attributesOf(runner.spec?.attributes);
  return {
    id: runner.id,
    backend_type: runner.spec?.profile?.labels[backendTypeLabel] ?? "",
    status: workerStatusOf(runner.state),
    last_heartbeat: timestampTextOrNull(runner.lastSeenTime ?? runner.registerTime),
    registered_at: timestampTextOrNull(runner.registerTime),
    // The core lists what a runner holds in the order of the claims.
    current_task_id: runner.held.at(-1)?.jobId ?? null,
    capabilities: attributes.capabilities,
    metadata: attributes.metadata,
    tasks_completed: Number(runner.completedCount),
    tasks_failed: Number(runner.failedCount),
  };
}

/**
 * The tasks that a worker should stop: taken from it in the last minutes and not held again since, and the one that it
 * names without holding it.
 */
export function cancelledTaskIds(runner: Runner, revoked: readonly Revocation[], named: string | null): string[] {
  const held = new Set(runner.held.map(({ jobId }) => jobId));
  const over = revoked.filter(({ reason }) => reason !== Revocation_Reason.CANCEL_REQUESTED).map(({ jobId }) => jobId);
  const all = named === null ? over : [...over, named];
  return [...new Set(all)].filter((jobId) => !held.has(jobId));
}

function attributesOf(payload: Payload | undefined): { readonly capabilities: RawJson; readonly metadata: RawJson } {
  const none = { capabilities: new RawJson("{}"), metadata: new RawJson("{}") };
  const document = payload === undefined ? "syntax" : parseJson(payload.data);
  if (typeof document === "string" || !isJsonObject(document.value)) return none;
  const { text, value } = document;
  const spans = memberSpans(text);
  const member = (name: "capabilities" | "metadata") => {
    const span = spans.get(name);
    return span !== undefined && isJsonObject(value[name]) ? new RawJson(text.slice(span.start, span.end)) : none[name];
  };
  return { capabilities: member("capabilities"), metadata: member("metadata") };
}
