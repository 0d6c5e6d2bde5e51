import { scopeTypes, triggerTypes } from "../vocabulary.js";
import { anyObject, tagList } from "./common.js";

const name = { type: "string", pattern: "^[a-z0-9][a-z0-9-]{0,99}$" };

const members = {
  name,
  description: { type: "string", maxLength: 2000, default: "" },
  trigger: {
    type: "object",
    properties: { type: { type: "string", enum: triggerTypes, default: "manual" }, filter: anyObject },
    description: "Kept; only `manual` makes jobs.",
  },
  scope: { type: "object", properties: { type: { type: "string", enum: scopeTypes, default: "none" } } },
  compute: {
    type: "object",
    required: ["type", "command"],
    properties: {
      type: { type: "string", minLength: 1, maxLength: 100 },
      command: { type: "string", minLength: 1, maxLength: 500 },
      args: anyObject,
    },
  },
  runner: { type: "object", properties: { tags: tagList } },
  timeout: { type: "integer", minimum: 1, maximum: 86_400, default: 600, description: "Seconds." },
  max_retries: { type: "integer", minimum: 0, maximum: 10, default: 1 },
  priority: { type: "integer", minimum: 0, maximum: 1000, default: 100, description: "Lower runs first." },
  enabled: { type: "boolean", default: true },
};

/** Path of a definition. Any text: one that cannot be a name is an unknown definition. */
export const definitionParams = { type: "object", required: ["name"], properties: { name: { type: "string" } } };

/** Path of a definition that is written. */
export const newDefinitionParams = { type: "object", required: ["name"], properties: { name } };

/** Body of a definition's write. */
export const definitionBody = { type: "object", required: ["compute"], properties: members };

/** The object under `job` in a file, which has no path to take its name from. */
export const definitionFileBody = { ...definitionBody, required: ["name", "compute"] };

/** A definition, in answers. */
export const definition = {
  type: "object",
  properties: { ...members, version: { type: "integer", description: "Rises with each change of content." } },
};
