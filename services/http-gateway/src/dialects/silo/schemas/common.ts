// One set of JSON schemas for both purposes: what is checked is what the OpenAPI document says.

/** A time, in answers. */
export const timestamp = { type: "string", format: "date-time" };

/** A value that may be null. */
export const nullable = (type: string) => ({ type: [type, "null"] });

/** A number of things. */
export const count = { type: "integer", minimum: 0 };

/** An object of which the document says no more. */
export const anyObject = { type: "object", additionalProperties: true };

/** An id; whether it is one of ours is the core's to say. */
export const uuid = {
  type: "string",
  pattern: "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
};

/** Labels that a runner has and a definition asks for. */
export const tagList = {
  type: "array",
  maxItems: 32,
  items: { type: "string", pattern: "^[A-Za-z0-9._:-]{1,64}$" },
};

/** A bare list. */
export const listOf = (items: object) => ({ type: "array", items });

/** An answer without a body. */
export const nothing = { type: "null" };
