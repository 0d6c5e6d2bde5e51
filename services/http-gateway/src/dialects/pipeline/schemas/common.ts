// One set of JSON schemas for both purposes: what is checked is what the OpenAPI document says.

/** A value that may be null. */
export const nullable = (type: string) => ({ type: [type, "null"] });

/** A time in answers: ISO 8601 in UTC, with microseconds and without a zone. */
export const naiveTimestamp = { type: "string" };

/** The same where it may be unset. */
export const naiveTimestampOrNull = nullable("string");

/** A number of things. */
export const count = { type: "integer", minimum: 0 };

/** A text. */
export const text = { type: "string" };

/** A switch in a body. */
export const flag = { type: "boolean" };

/** An object of which the document says no more. */
export const anyObject = { type: "object", additionalProperties: true };

/** A list of some items. */
export const listOf = (items: object) => ({ type: "array", items });

/** An object whose members are all there, in answers. */
export const answer = (properties: Readonly<Record<string, object>>) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
});

/** A body with members that may be left out, but for the named ones; others are passed over. */
export const body = (properties: Readonly<Record<string, object>>, required: readonly string[] = []) => ({
  type: "object",
  properties,
  required: [...required],
});

/** The path of a posting; whether the id has the right form is the route's to say, in words of its own. */
export const postingParams = { type: "object", properties: { job_id: text }, required: ["job_id"] };

/** The path of a run. */
export const runParams = { type: "object", properties: { run_id: text }, required: ["run_id"] };

/** An answer as server-sent events. */
export const eventStream = { type: "string", description: "text/event-stream" };

/** An answer that is a file. */
export const file = { type: "string", format: "binary", description: "application/octet-stream" };

/** A model tier, in either of its two vocabularies; the route checks it. */
export const tier = { type: "string", description: "fast, balanced or quality; or A, B, C, D or auto." };
