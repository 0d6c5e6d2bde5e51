/**
 * Short forms of the types that nearly every input and result has: each is stored with every job and every end. No type that a caller names begins with a control
 * character (`checkName`), so no other text can be meant.
 */
const codes: ReadonlyMap<string, string> = new Map([
  ["application/json", "\u0001"],
  ["text/plain", "\u0002"],
  ["application/octet-stream", "\u0003"],
]);

const types: ReadonlyMap<string, string> = new Map([...codes].map(([type, code]) => [code, type]));

/** A type as it is stored. */
export function storedType(type: string): string {
  return codes.get(type) ?? type;
}

/** A stored type. */
export function typeOfStored(stored: string): string {
  return types.get(stored) ?? stored;
}
