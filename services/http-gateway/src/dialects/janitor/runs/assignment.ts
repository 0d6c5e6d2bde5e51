import type { Campaign } from "../catalogue/campaign.js";
import type { Codebase } from "../catalogue/codebase.js";
import type { Committer } from "../config.js";
import type { RunRecord } from "./run-record.js";
import { buildOf } from "./build.js";
import { splitCommand } from "./split-command.js";

/** What an assignment is made from. */
export interface AssignmentFacts {
  readonly runId: string;
  readonly queueId: number;
  readonly codebase: Codebase;
  readonly codebaseName: string;
  readonly campaign: Campaign;
  /** As it was queued. */
  readonly command: string;
  /** The earlier run that is continued. */
  readonly resume: ResumeFacts | undefined;
  readonly vcsStoreUrl: string;
  readonly depServerUrl: string | null;
  readonly committer: Committer | undefined;
}

/** An earlier run that can be continued. */
export interface ResumeFacts {
  readonly run: RunRecord;
  readonly branchUrl: string;
}

/** What a worker is told to do. Every member is one that the real worker's reader wants, or upstream sends. */
export function assignmentView(facts: AssignmentFacts): object {
  const { runId, queueId, codebase, codebaseName, campaign, resume } = facts;
  const { env, command } = splitCommand(facts.command);
  const build = buildOf(campaign, facts.depServerUrl);
  const vcsType = codebase.vcs_type ?? "git";
  return {
    id: runId,
    queue_id: queueId,
    description: `${campaign.name} on ${codebaseName}`,
    campaign: campaign.name,
    codebase: codebaseName,
    command,
    "force-build": campaign.force_build,
    "skip-setup-validation": campaign.skip_setup_validation,
    branch: {
      url: codebase.branch_url,
      // The worker's reader takes a text only.
      subpath: codebase.subpath ?? "",
      vcs_type: vcsType,
      cached_url: null,
      "default-empty": campaign.default_empty,
      additional_colocated_branches: null,
    },
    resume: resume === undefined ? null : resumeView(resume),
    codemod: { command, environment: {} },
    build,
    env: { ...build.environment, ...committerEnv(facts.committer), ...env },
    target_repository: { url: `${facts.vcsStoreUrl}/${codebaseName}`, vcs_type: vcsType },
  };
}

function resumeView({ run, branchUrl }: ResumeFacts): object {
  // The worker's reader wants a role and a name of each.
  const branches = (run.branches ?? []).filter(([, name]) => name !== null);
  return { run_id: run.id, result: run.codemod, branch_url: branchUrl, branches };
}

function committerEnv(committer: Committer | undefined): Record<string, string> {
  if (committer === undefined) return {};
  const { name, email } = committer;
  return {
    DEBFULLNAME: name,
    DEBEMAIL: email,
    COMMITTER: `${name} <${email}>`,
    BRZ_EMAIL: `${name} <${email}>`,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    EMAIL: email,
  };
}
