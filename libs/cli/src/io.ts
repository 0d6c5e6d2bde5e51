/** Where text and bytes go. */
export interface Output {
  /**
   * Writes text, as UTF-8, or bytes; settles when there is room for more, so that a slow reader holds the writer back.
   *
   * @throws OutputClosed when nobody reads any more
   */
  write(data: string | Uint8Array): Promise<void>;
}

/** What the program knows of the world around it; a test brings its own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** All that stands on the standard input. */
  readStdin(): Promise<string>;
  /** Whether the output is a terminal that shows colours. */
  readonly colors: boolean;
  /** Fires at Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** The reader of the output has left, as `head` does: nothing more is to be said, and that is no failure. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}
