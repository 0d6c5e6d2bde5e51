import { createHash } from "node:crypto";
import type { Bucket } from "../queue/buckets.js";

/** A codebase that a campaign is about to change, for as long as it is one: each end of a run queues it again. */
export interface Candidate {
  readonly id: number;
  readonly codebase: string;
  readonly campaign: string;
  readonly command: string | null;
  readonly publishPolicy: string | null;
  readonly changeSet: string | null;
  /** The state of the world that it was found in. */
  readonly context: string | null;
  /** Its worth beside others; above 0. */
  readonly value: number | null;
  /** From 0 to 1. */
  readonly successChance: number | null;
  /** Where it was asked to be queued. */
  readonly bucket: Bucket | null;
  readonly requester: string | null;
}

/** A candidate of an upload, after the check against the schema. */
export interface CandidateEntry {
  readonly codebase?: string | null;
  readonly campaign?: string | null;
  readonly command?: string | null;
  readonly "publish-policy"?: string | null;
  readonly change_set?: string | null;
  readonly context?: string | null;
  readonly value?: number | null;
  readonly success_chance?: number | null;
  readonly bucket?: Bucket | null;
  readonly requester?: string | null;
  readonly followup_for?: readonly string[] | null;
}

/** A candidate as it is kept; its id is the document's number. */
export type CandidateBody = Omit<Candidate, "id"> & {
  /** Runs that it comes from. */
  readonly followupFor: readonly string[];
};

/** What a candidate is kept under: there is one for each codebase, campaign and change set. */
export function candidateKey(candidate: Pick<Candidate, "codebase" | "campaign" | "changeSet">): string {
  const { codebase, campaign, changeSet } = candidate;
  return createHash("sha256")
    .update(JSON.stringify([codebase, campaign, changeSet ?? ""]))
    .digest("hex");
}

/** Shows a candidate. */
export function candidateView(candidate: Candidate): object {
  return {
    id: candidate.id,
    codebase: candidate.codebase,
    campaign: candidate.campaign,
    command: candidate.command,
    "publish-policy": candidate.publishPolicy,
    change_set: candidate.changeSet,
    context: candidate.context,
    value: candidate.value,
    success_chance: candidate.successChance,
  };
}
