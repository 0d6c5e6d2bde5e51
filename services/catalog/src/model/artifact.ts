/** Where a file stands in a job: what no two files of a job share. */
export interface ArtifactPlace {
  readonly namespace: string;
  /** Empty: of no job. */
  readonly jobId: string;
  /** 0: of no attempt. */
  readonly attempt: number;
  /** 1 to 1,024 bytes; may be empty where there is no job. */
  readonly name: string;
}

/** What an upload says about its file. */
export interface ArtifactDraft extends ArtifactPlace {
  readonly contentType: string;
  /** `file`, `log`, `blob`, ...; never empty. */
  readonly purpose: string;
  /** Found by its id alone until a commit names it. */
  readonly staged: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** What was learned about the bytes while they passed. */
export interface ByteFacts {
  /** Bytes. */
  readonly size: number;
  readonly sha256: Uint8Array;
}

/** A file whose bytes are kept and which has an id; what makes it an artifact is its row. */
export interface KeptFile extends ArtifactDraft, ByteFacts {
  /** A random UUID in lower case; also names the bytes in the blob store. */
  readonly id: string;
}

/** A stored file. */
export interface Artifact extends KeptFile {
  /** Canonical text of a time (see `parseTime`). */
  readonly createdAt: string;
}

/** A place in a list of artifacts. */
export type ArtifactCursor = Pick<Artifact, "name" | "attempt" | "id">;
