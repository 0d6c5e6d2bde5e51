import { SwitchyardError } from "@switchyard/errors";
import { readFieldValue } from "./field-value.js";
import type { FieldValue, FieldValues, IndexField } from "../model/index-field.js";
import { memberAt } from "./member-at.js";

/**
 * Reads the index fields of a body. A value of another kind than declared is refused: if it were left out of the index,
 * filters would silently miss the document.
 *
 * @throws SwitchyardError INVALID_ARGUMENT or PAYLOAD_TOO_LARGE with `index_field`
 */
export function extractFields(fields: readonly IndexField[], body: unknown): FieldValues {
  const values = new Map<string, FieldValue>();
  for (const field of fields) {
    const json = memberAt(body, field.path);
    if (json === undefined || json === null) continue;
    values.set(field.name, readOne(field, json));
  }
  return values;
}

function readOne(field: IndexField, json: unknown): FieldValue {
  let value: FieldValue | undefined;
  try {
    value = readFieldValue(field.kind, json);
  } catch (error) {
    if (!(error instanceof SwitchyardError)) throw error;
    throw new SwitchyardError(error.reason, `${field.path}: ${error.message}`, {
      ...error.metadata,
      index_field: field.name,
    });
  }
  if (value !== undefined) return value;
  throw new SwitchyardError("INVALID_ARGUMENT", `${field.path} is declared as ${field.kind} and has another value`, {
    index_field: field.name,
    kind: field.kind,
  });
}
