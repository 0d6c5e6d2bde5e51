import type { Logger } from "pino";
import type { BlobStore } from "@switchyard/blobs";
import type { Db } from "../store/database.js";
import type { RunUpload } from "./limit-uploads.js";

/** What the calls about artifacts work on. */
export interface ArtifactDeps {
  readonly db: Db;
  readonly blobs: BlobStore;
  /** Is told why the blob store failed; callers are not. */
  readonly logger: Logger;
  /** The largest artifact, in bytes. */
  readonly maxBytes: number;
  /** Through which every upload goes. */
  readonly runUpload: RunUpload;
}
