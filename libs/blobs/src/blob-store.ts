/** A part of a blob, in bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * Keeps bytes under ids that its user draws by chance: nothing that a caller says becomes a path or a key. What the bytes are,
 * and whose, stands in the user's database.
 */
export interface BlobStore {
  /**
   * Makes the store ready, or says why it cannot be.
   *
   * @throws Error when the settings name a place that cannot be used
   */
  prepare(): Promise<void>;
  /**
   * Keeps bytes; durable when it returns, and then whole. Takes the next piece only when there is room for it. When it fails, no
   * blob of that id can be read, though `delete` may still have something to clear away.
   *
   * @throws any error: of `bytes`, of the store, or of the store's clearing away after `bytes` failed
   */
  write(id: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * Reads a part, in chunks of any size. A part that reaches beyond the end may end early, and some servers send more than was asked for.
   *
   * @param range a length of 0 is not allowed
   * @param signal ends the reading, with any error
   * @throws BlobMissing when there is no such blob
   */
  read(id: string, range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Deletes a blob, and what a `write` that never ended has left of it. One that is not there counts as deleted. */
  delete(id: string): Promise<void>;
  /** Gives connections back. Nothing may be called afterwards. */
  close(): Promise<void>;
}

/** Says that a blob is not there. */
export class BlobMissing extends Error {
  override readonly name = "BlobMissing";

  constructor(id: string, options?: ErrorOptions) {
    super(`there is no blob ${id}`, options);
  }
}
