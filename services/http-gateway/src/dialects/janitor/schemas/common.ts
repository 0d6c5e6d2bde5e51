// One set of JSON schemas for both purposes: what is checked is what the OpenAPI document says.

/** A value that may be null. */
export const nullable = (type: string) => ({ type: [type, "null"] });

/** A text that may be null, with an upper limit of its length. */
export const nullableText = (maxLength: number) => ({ type: ["string", "null"], maxLength });

/** A number of things. */
export const count = { type: "integer", minimum: 0 };

/** A bare list. */
export const listOf = (items: object) => ({ type: "array", items });

/** An object that says nothing. */
export const nothing = { type: "object", properties: {} };

/** An answer that is an error. */
export const refusal = { type: "object", properties: { reason: { type: "string" } } };
