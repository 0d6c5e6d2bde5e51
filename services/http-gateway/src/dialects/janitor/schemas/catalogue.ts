import { maxNameLength, vcsTypes } from "../catalogue/codebase.js";
import { buckets } from "../queue/buckets.js";
import { count, listOf, nullable, nullableText } from "./common.js";

/** Lengths of texts that callers choose; an item of the queue has to fit into one call of the core. */
const [maxUrl, maxText] = [4096, 65_536];

const int32 = { minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };

const members = {
  name: { ...nullableText(maxNameLength), pattern: "^[a-z0-9][a-z0-9+\\-.]+$" },
  branch_url: { ...nullableText(maxUrl), description: "URL and branch: `<url>,branch=<percent-encoded>`." },
  url: nullableText(maxUrl),
  branch: nullableText(maxUrl),
  subpath: { ...nullableText(maxUrl), description: "Empty is the root of the branch." },
  vcs_type: { type: ["string", "null"], enum: [...vcsTypes, null] },
  web_url: nullableText(maxUrl),
  vcs_last_revision: nullableText(maxUrl),
  value: { type: ["integer", "null"], ...int32, description: "Worth beside the other codebases." },
};

/** A codebase, in answers. */
export const codebase = { type: "object", properties: members };

/** Body of an upload of codebases. */
export const codebaseUpload = listOf(codebase);

const candidateMembers = {
  codebase: nullable("string"),
  campaign: nullable("string"),
  command: { ...nullableText(maxText), description: "Default: the campaign's." },
  "publish-policy": nullable("string"),
  change_set: nullableText(maxUrl),
  context: { ...nullableText(maxText), description: "The state of the world that the candidate was found in." },
  value: { type: ["integer", "null"], ...int32, description: "Worth beside other candidates; above 0." },
  success_chance: { type: ["number", "null"], minimum: 0, maximum: 1 },
};

/** A candidate, in answers. */
export const candidate = { type: "object", properties: { id: { type: "integer", minimum: 1 }, ...candidateMembers } };

/** Body of an upload of candidates. */
export const candidateUpload = listOf({
  type: "object",
  properties: {
    ...candidateMembers,
    bucket: { type: ["string", "null"], enum: [...buckets, null] },
    requester: nullableText(maxUrl),
    followup_for: { type: ["array", "null"], maxItems: 1000, items: { type: "string", maxLength: maxUrl } },
  },
});

const texts = listOf({ type: "string" });

/** Answer to an upload of candidates. */
export const candidatesAnswer = {
  type: "object",
  properties: {
    success: listOf({
      type: "object",
      properties: {
        campaign: { type: "string" },
        codebase: { type: "string" },
        bucket: { type: "string", enum: buckets },
        change_set: nullable("string"),
        offset: { type: "number" },
        estimated_duration: { type: "number", description: "Seconds." },
        "queue-id": count,
        refresh: { type: "boolean" },
      },
    }),
    invalid_command: listOf(nullable("string")),
    invalid_value: listOf({ type: "integer" }),
    unknown_campaigns: texts,
    unknown_codebases: texts,
    unknown_publish_policies: texts,
  },
};

/** Path of a candidate. Any text: what is no number is told apart from a number of none. */
export const candidateParams = { type: "object", required: ["id"], properties: { id: { type: "string" } } };
