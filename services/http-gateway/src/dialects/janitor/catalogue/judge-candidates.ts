import type { JanitorConfig } from "../config.js";
import { badRequest } from "../errors.js";
import type { CandidateBody, CandidateEntry } from "./candidate.js";
import type { Codebase } from "./codebase.js";

/** A candidate of an upload that can be kept and queued. */
export interface AcceptedCandidate {
  readonly candidate: CandidateBody & { readonly command: string };
  readonly codebase: Codebase;
}

type Value = string | number | null;

/** Why candidates of an upload are passed over, with the values that are to blame, each once. */
export interface PassedOver {
  readonly invalid_command: readonly Value[];
  readonly invalid_value: readonly Value[];
  readonly unknown_campaigns: readonly Value[];
  readonly unknown_codebases: readonly Value[];
  readonly unknown_publish_policies: readonly Value[];
}

/** What becomes of an upload. */
export interface Verdict {
  /** In the order of the upload. */
  readonly accepted: readonly AcceptedCandidate[];
  readonly passedOver: PassedOver;
}

/** What an upload is looked at with. */
type Known = Pick<JanitorConfig, "campaigns" | "publishPolicies"> & {
  /** The codebases of the upload that are known, by name. */
  readonly codebases: ReadonlyMap<string, Codebase>;
};

/**
 * Looks at the candidates of an upload: at each in the order of the contract, up to the first thing that is wrong with it.
 *
 * @throws JanitorError 400 when one of them says no codebase or campaign
 */
export function judgeCandidates(entries: readonly CandidateEntry[], known: Known): Verdict {
  const accepted: AcceptedCandidate[] = [];
  const faults: Fault[] = [];
  for (const [index, entry] of entries.entries()) {
    const judgement = judge(entry, index, known);
    if ("fault" in judgement) faults.push(judgement);
    else accepted.push(judgement);
  }
  const valuesOf = (sort: Fault["fault"]) => [
    ...new Set(faults.flatMap(({ fault, value }) => (fault === sort ? [value] : []))),
  ];
  return {
    accepted,
    passedOver: {
      invalid_command: valuesOf("invalid_command"),
      invalid_value: valuesOf("invalid_value"),
      unknown_campaigns: valuesOf("unknown_campaigns"),
      unknown_codebases: valuesOf("unknown_codebases"),
      unknown_publish_policies: valuesOf("unknown_publish_policies"),
    },
  };
}

interface Fault {
  readonly fault: keyof PassedOver;
  readonly value: Value;
}

function judge(entry: CandidateEntry, index: number, known: Known): AcceptedCandidate | Fault {
  const { codebase: name, campaign: campaignName, value = null, "publish-policy": policy = null } = entry;
  if (!name) throw badRequest(`no codebase field for candidate ${index}`);
  if (!campaignName) throw badRequest(`no campaign field for candidate ${index}`);
  const campaign = known.campaigns.get(campaignName);
  if (campaign === undefined) return { fault: "unknown_campaigns", value: campaignName };
  const command = entry.command || campaign.command;
  if (command === undefined) return { fault: "invalid_command", value: entry.command ?? null };
  if (value !== null && value <= 0) return { fault: "invalid_value", value };
  const codebase = known.codebases.get(name);
  if (codebase === undefined) return { fault: "unknown_codebases", value: name };
  if (policy !== null && !known.publishPolicies.has(policy))
    return { fault: "unknown_publish_policies", value: policy };
  const candidate = {
    codebase: name,
    campaign: campaignName,
    command,
    publishPolicy: policy,
    changeSet: entry.change_set ?? null,
    context: entry.context ?? null,
    value,
    successChance: entry.success_chance ?? null,
    bucket: entry.bucket ?? null,
    requester: entry.requester ?? null,
    followupFor: entry.followup_for ?? [],
  };
  return { candidate, codebase };
}
