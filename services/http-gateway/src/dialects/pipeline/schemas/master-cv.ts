import { optionalBody } from "../../../http/schema-check.js";
import { maxRoleIdLength } from "../master-cv/role-documents.js";
import { answer, anyObject, body, flag, listOf, text } from "./common.js";
import { anyObjectOrNull, nullableNumber, nullableText, pathOf, successWith, whole, wholeText } from "./shapes.js";

const updatedBy = { type: "string", default: "user" };
const changeSummary = { type: "string", default: "" };
const note = { updated_by: updatedBy, change_summary: changeSummary };
const stamped = { version: whole, updated_at: nullableText, updated_by: nullableText };

const metadataMembers = { candidate: anyObject, roles: listOf(anyObject) };
const taxonomyMembers = {
  target_roles: anyObject,
  skill_aliases: { type: "object", additionalProperties: listOf(text) },
  default_fallback_role: { type: "string", default: "engineering_manager" },
};
const roleMembers = { markdown_content: text, parsed: anyObjectOrNull };

const roleId = { type: "string", minLength: 1, maxLength: maxRoleIdLength };

/** Path of a role. */
export const roleParams = pathOf("role_id");

/** Path of a role that is written. */
export const newRoleParams = body({ role_id: roleId }, ["role_id"]);

/** Body that replaces the metadata. */
export const metadataBody = body({ ...metadataMembers, ...note });

/** Body that changes one role of the metadata. */
export const metadataRoleBody = anyObject;

/** Body that replaces the taxonomy. */
export const taxonomyBody = body({ ...taxonomyMembers, ...note });

/** Body that adds a skill. */
export const skillBody = body({ role_category: text, section_name: text, skill: text, updated_by: updatedBy }, [
  "role_category",
  "section_name",
  "skill",
]);

/** Body that makes or replaces a role. */
export const roleBody = body({ ...roleMembers, ...note }, ["markdown_content"]);

/** Path of a history. */
export const historyParams = pathOf("collection");

/** Query of a history. */
export const historyQuery = body({
  doc_id: text,
  limit: { type: "integer", minimum: 1, maximum: 1000, default: 10 },
});

/** Path of a rollback. */
export const rollbackParams = body({ collection: text, version: wholeText }, ["collection", "version"]);

/** Body of a rollback. */
export const rollbackBody = {
  ...optionalBody,
  ...body({ updated_by: updatedBy, doc_id: { ...nullableText, description: "Of a role." } }),
};

/** Body that replaces parts of the whole. */
export const cvBody = body({
  metadata: body(metadataMembers),
  taxonomy: body(taxonomyMembers),
  roles: listOf(body({ role_id: roleId, ...roleMembers }, ["role_id", "markdown_content"])),
  ...note,
});

/** Body of an export. */
export const exportBody = body({
  format: { type: "string", enum: ["markdown", "json", "html", "pdf", "docx"], default: "markdown" },
});

/** Body with the state of the editor, itself or as the member `state`. */
export const editorBody = {
  ...anyObject,
  anyOf: [
    body({ state: body({ content: body({ type: { type: "string", const: "doc" } }, ["type"]) }, ["content"]) }, [
      "state",
    ]),
    body({ content: body({ type: { type: "string", const: "doc" } }, ["type"]) }, ["content"]),
  ],
};

const metadata = answer({ ...stamped, ...metadataMembers });
const taxonomy = answer({ ...stamped, ...taxonomyMembers });
const role = answer({ role_id: text, ...stamped, ...roleMembers });
const stats = answer({
  mongodb_connected: flag,
  metadata_version: nullableNumber,
  taxonomy_version: nullableNumber,
  roles_count: whole,
  history_entries: whole,
});

/** Answers of the master CV, by what they are about. */
export const answers = {
  metadata: successWith({ metadata }),
  taxonomy: successWith({ taxonomy }),
  roles: successWith({ roles: listOf(role), count: whole }),
  role: successWith({ role }),
  done: successWith({ message: text }),
  newVersion: successWith({ message: text, version: whole }),
  history: successWith({
    history: listOf(answer({ collection: text, doc_id: text, version: whole, timestamp: text, data: anyObject })),
    count: whole,
  }),
  stats: successWith({ stats }),
  cv: successWith({
    cv: answer({ metadata: anyObjectOrNull, taxonomy: anyObjectOrNull, roles: listOf(role) }),
  }),
  versions: successWith({ message: text, versions: { type: "object", additionalProperties: whole } }),
  validation: successWith({ valid: flag, errors: listOf(text), warnings: listOf(text) }),
  health: successWith({ healthy: flag, checks: { type: "object", additionalProperties: flag }, stats }),
  saved: successWith({ version: whole }),
  state: successWith({ state: anyObject }),
  published: successWith({ version: whole, published_at: text }),
} as const;
