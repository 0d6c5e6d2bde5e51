import { createHash } from "node:crypto";
import { badRequest } from "../errors.js";
import { isName } from "../names.js";
import { type BranchAddress, completeAddress } from "./branch-url.js";

export { hostOf } from "./branch-url.js";

/** Version control systems that a codebase may be kept in. */
export const vcsTypes = ["bzr", "git", "svn", "mtn", "hg", "arch", "cvs", "darcs"] as const;

/** Something that campaigns change, as callers see it. What is not known is null. */
export interface Codebase extends BranchAddress {
  readonly name: string | null;
  readonly branch_url: string | null;
  readonly url: string | null;
  readonly branch: string | null;
  /** The directory inside of the branch; empty is its root. */
  readonly subpath: string | null;
  readonly vcs_type: string | null;
  readonly web_url: string | null;
  readonly vcs_last_revision: string | null;
  /** Its worth beside the others. */
  readonly value: number | null;
}

/** A codebase of an upload, after the check against the schema. */
export type CodebaseEntry = { readonly [Member in keyof Codebase]?: Codebase[Member] };

/** The longest name of a codebase or campaign. */
export const maxNameLength = 255;

/** Whether a codebase could have this name. */
export function canBeCodebase(name: string): boolean {
  return name.length <= maxNameLength && isName(name);
}

/**
 * Makes the codebase that an entry of an upload describes. What it leaves out is unknown, whatever was known before.
 *
 * @param index of the entry, for the words of a refusal
 * @throws JanitorError 400 for one that has neither name nor URL
 */
export function codebaseOf(entry: CodebaseEntry, index: number): Codebase {
  const { branch_url = null, url = null, branch = null, ...others } = entry;
  const address = completeAddress({ branch_url, url, branch });
  const codebase = plain({ ...others, ...address });
  if (codebase.name === null && codebase.branch_url === null)
    throw badRequest(`codebase ${index} has neither a name nor a URL`);
  return codebase;
}

/** The members of a codebase, in the order in which they are shown. */
export function plain(entry: CodebaseEntry): Codebase {
  const { name = null, branch_url = null, url = null, branch = null, subpath = null } = entry;
  const { vcs_type = null, web_url = null, vcs_last_revision = null, value = null } = entry;
  return { name, branch_url, url, branch, subpath, vcs_type, web_url, vcs_last_revision, value };
}

/** What a codebase is kept under: its name, or a digest of where it is. Uploads of the same key replace each other. */
export function codebaseKey({ name, branch_url, subpath }: Codebase): string {
  return name ?? `branch:${digest([branch_url, subpath])}`;
}

/**
 * What no two codebases have in common: URL and subpath. Undefined while one of them is unknown: unknown ones may be
 * different, as the upstream database has it.
 */
export function branchKeyOf({ branch_url, subpath }: Codebase): string | undefined {
  return branch_url === null || subpath === null ? undefined : digest([branch_url, subpath]);
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
