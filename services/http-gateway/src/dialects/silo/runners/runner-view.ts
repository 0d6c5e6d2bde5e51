import { create } from "@bufbuild/protobuf";
import { type Runner, type RunnerSpec, RunnerSpecSchema } from "@switchyard/proto/switchyard/runner/v1/runner_pb";
import { memberText } from "../../../json/json-span.js";
import { isJsonObject, type JsonDocument, parseJson } from "../../../json/parse-json.js";
import { RawJson, writeJson } from "../../../json/raw-json.js";
import { durationFromSeconds, timestampTextOrNull } from "../../../json/timestamp.js";
import type { SiloConfig } from "../config.js";
import { jobQueue } from "../jobs/job-spec.js";
import { type RunnerStatus, runnerStatusOf } from "../vocabulary.js";
import { tagLabels, tagsOfLabels } from "./tags.js";

/** The body of a runner's creation, after validation. */
export interface CreateRunnerBody {
  readonly name: string;
  readonly tags?: readonly string[];
  readonly max_concurrent?: number;
}

/** A runner as callers see it; written with `writeJson`. */
export interface RunnerView {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly max_concurrent: number;
  readonly status: RunnerStatus;
  readonly last_heartbeat: string | null;
  /** Null for a runner that has no token of its own. */
  readonly token_prefix: string | null;
  readonly running_jobs: readonly string[];
  readonly jobs_completed: number;
  readonly jobs_failed: number;
  readonly metadata: RawJson;
  readonly created_at: string | null;
}

/** Says what a runner is to the core. Tags and metadata are kept as they were written. */
export function runnerSpecFrom({ text, value }: JsonDocument, config: SiloConfig): RunnerSpec {
  const { name, tags = [], max_concurrent: slots = 1 } = value as CreateRunnerBody;
  const attributes = { tags, metadata: new RawJson(memberText(text, "metadata") ?? "{}") };
  return create(RunnerSpecSchema, {
    name,
    profile: { kinds: [{ by: { case: "glob", value: "*" } }], labels: tagLabels(tags), queues: [jobQueue] },
    slots,
    presence: durationFromSeconds(config.runnerTimeoutSeconds),
    attributes: { data: Buffer.from(writeJson(attributes)), contentType: "application/json" },
  });
}

/** Shows a runner. */
export function runnerView(runner: Runner): RunnerView {
  const { spec } = runner;
  return {
    id: runner.id,
    name: spec?.name ?? "",
    tags: tagsOf(spec),
    max_concurrent: Math.max(1, spec?.slots ?? 1),
    status: runnerStatusOf(runner.state),
    last_heartbeat: timestampTextOrNull(runner.lastSeenTime),
    token_prefix: runner.tokenPrefix === "" ? null : runner.tokenPrefix,
    running_jobs: runner.held.map(({ jobId }) => jobId),
    jobs_completed: Number(runner.completedCount),
    jobs_failed: Number(runner.failedCount),
    metadata: metadataOf(spec),
    created_at: timestampTextOrNull(runner.registerTime),
  };
}

/** The tags of a runner, in the order in which they were given; those of one that another protocol made are its labels. */
export function tagsOf(spec: RunnerSpec | undefined): readonly string[] {
  const tags = attributesOf(spec)?.value.tags;
  if (Array.isArray(tags)) return tags.filter((tag) => typeof tag === "string");
  return tagsOfLabels(spec?.profile?.labels ?? {});
}

function metadataOf(spec: RunnerSpec | undefined): RawJson {
  const attributes = attributesOf(spec);
  if (attributes === undefined || !isJsonObject(attributes.value.metadata)) return new RawJson("{}");
  return new RawJson(memberText(attributes.text, "metadata") ?? "{}");
}

function attributesOf(
  spec: RunnerSpec | undefined,
): { readonly text: string; readonly value: Record<string, unknown> } | undefined {
  const document = spec?.attributes === undefined ? "syntax" : parseJson(spec.attributes.data);
  if (typeof document === "string" || !isJsonObject(document.value)) return undefined;
  return { text: document.text, value: document.value };
}
