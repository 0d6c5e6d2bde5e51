/**
 * The text of a JSON document that is passed on as it came. Numbers beyond the precision of a double, the order and the
 * escapes of a caller's members would not survive being parsed and written again.
 */
export class RawJson {
  readonly text: string;

  /** @param text a valid JSON document; nobody checks it again */
  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Writes a response: as `JSON.stringify`, but members of type {@link RawJson} go out as they are and a `Map` becomes an
 * object, whatever its keys are called. Undefined members are left out.
 */
export function writeJson(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(item ?? null)).join(",")}]`;
  if (value instanceof Map) return writeMembers([...value]);
  if (typeof value === "object" && value !== null) return writeMembers(Object.entries(value));
  return JSON.stringify(value);
}

function writeMembers(members: readonly (readonly [string, unknown])[]): string {
  const written = members
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${writeJson(value)}`);
  return `{${written.join(",")}}`;
}
