/** A named statement: planned once per connection, then only bound. Spread it into `client.query({ ...statement, values })`. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** PostgreSQL cuts identifiers at 63 bytes, so that two longer names could mean the same prepared statement. */
const MAX_NAME_BYTES = 63;

/**
 * Defines a prepared statement.
 * @throws RangeError when the name is empty or longer than 63 bytes.
 */
export function defineStatement(name: string, text: string): Statement {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > MAX_NAME_BYTES) {
    throw new RangeError(`statement name "${name}" has ${bytes} bytes; 1 to ${MAX_NAME_BYTES} are allowed`);
  }
  return { name, text };
}
