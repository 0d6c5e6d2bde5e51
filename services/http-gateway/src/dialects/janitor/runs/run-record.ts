import { createHash } from "node:crypto";

/** States of a run's publication. */
export const publishStatuses = [
  "unknown",
  "blocked",
  "needs-manual-review",
  "rejected",
  "approved",
  "ignored",
] as const;

/** A state of a run's publication. */
export type PublishStatus = (typeof publishStatuses)[number];

/** A branch of a result: role, name, base revision, revision. */
export type ResultBranch = readonly [string, string | null, string | null, string | null];

/** A run that is over. The members are those of the answer to its finish, and what later calls ask for. */
export interface RunRecord {
  readonly id: string;
  readonly codebase: string;
  readonly campaign: string;
  readonly change_set: string;
  readonly description: string | null;
  readonly code: string;
  readonly failure_details: unknown;
  readonly failure_stage: string | null;
  /** In seconds. */
  readonly duration: number;
  readonly start_time: string;
  readonly finish_time: string;
  readonly transient: boolean | null;
  readonly target: object;
  readonly logfilenames: readonly string[];
  readonly codemod: unknown;
  readonly value: number | null;
  readonly remotes: unknown;
  readonly branch_url: string | null;
  readonly resume_from: string | null;
  readonly branches: readonly ResultBranch[] | null;
  readonly tags: readonly (readonly [string, string | null])[] | null;
  readonly revision: string | null;
  readonly main_branch_revision: string | null;
  readonly command: string | null;
  readonly context: string | null;
  /** By which runs of equal context are found; null without one. */
  readonly context_digest: string | null;
  readonly target_branch_url: string | null;
  readonly vcs_type: string | null;
  readonly subpath: string | null;
  readonly worker: string | null;
  readonly publish_status: PublishStatus;
  /** The free parts of the result are too large for a document; a file of the run has the whole record. */
  readonly abridged: boolean;
}

/** The digest by which equal contexts are found. */
export function contextDigest(context: string | null): string | null {
  return context === null ? null : createHash("sha256").update(context).digest("hex");
}

/** Writes a record. */
export function recordText(record: RunRecord): string {
  return JSON.stringify(record);
}

/** The record with its free parts left out, for where it is too large. */
export function abridgedRecord(record: RunRecord): RunRecord {
  return {
    ...record,
    description: record.description?.slice(0, 1000) ?? null,
    failure_details: null,
    codemod: null,
    remotes: null,
    target: {},
    tags: null,
    abridged: true,
  };
}

/** The `result` member of the answer to a finish. */
export function resultView(record: RunRecord): object {
  return {
    codebase: record.codebase,
    campaign: record.campaign,
    change_set: record.change_set,
    log_id: record.id,
    description: record.description,
    code: record.code,
    failure_details: record.failure_details,
    failure_stage: record.failure_stage,
    duration: record.duration,
    start_time: record.start_time,
    finish_time: record.finish_time,
    transient: record.transient,
    target: record.target,
    logfilenames: record.logfilenames,
    codemod: record.codemod,
    value: record.value,
    remotes: record.remotes,
    branch_url: record.branch_url,
    resume: record.resume_from === null ? null : { run_id: record.resume_from },
    branches: record.branches,
    tags: record.tags,
    revision: record.revision,
    main_branch_revision: record.main_branch_revision,
  };
}
