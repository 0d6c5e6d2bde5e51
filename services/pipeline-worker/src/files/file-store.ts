/** A file that an operation produced. */
export interface ProducedFile {
  /** Without a path; unique in the run. */
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** Files of the run. They can be read by who knows their names as soon as they are saved. */
export interface FileStore {
  /** Uploads a file. Settles with its id when it is durable. */
  save(file: ProducedFile): Promise<string>;
  /** Ids of all saved files. */
  readonly ids: readonly string[];
}
