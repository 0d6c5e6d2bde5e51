import type { Artifact } from "../model/artifact.js";
import type { Db } from "../store/database.js";
import { type ArtifactFilter, listArtifactPage } from "../store/find-artifacts.js";
import { withStorageErrors } from "../store/storage-error.js";
import { countThatFits } from "./answer-size.js";
import { readArtifactToken, writeArtifactToken } from "./artifact-token.js";
import { queryFingerprint } from "./page-token.js";

/** What a list asks for. */
export interface ArtifactListRequest extends ArtifactFilter {
  /** 1 to 1,000. */
  readonly pageSize: number;
  /** Empty: the first page. */
  readonly pageToken: string;
}

/** A page of files. */
export interface ArtifactList {
  readonly artifacts: readonly Artifact[];
  /** Empty at the end. */
  readonly nextPageToken: string;
}

/**
 * Lists visible artifacts by name. A page may have fewer than were asked for, since an answer has 4 MiB at most.
 *
 * @throws SwitchyardError PAGE_TOKEN_INVALID
 */
export async function listArtifacts(db: Db, request: ArtifactListRequest): Promise<ArtifactList> {
  const { pageSize, pageToken, ...filter } = request;
  const fingerprint = queryFingerprint([filter.namespace, filter.jobId, filter.attempt, filter.purpose]);
  const after = readArtifactToken(pageToken, fingerprint);
  // One more than wanted tells whether there is another page.
  const rows = await withStorageErrors(() => listArtifactPage(db, filter, after, pageSize + 1));
  const wanted = rows.slice(0, pageSize);
  const artifacts = wanted.slice(0, countThatFits(wanted.map((artifact) => ({ bodyBytes: bytesOf(artifact) }))));
  const last = artifacts.at(-1);
  const isEnd = last === undefined || artifacts.length === rows.length;
  return { artifacts, nextPageToken: isEnd ? "" : writeArtifactToken(fingerprint, last) };
}

/** Bytes that an artifact takes in an answer, rather too many: names and labels may be long, the rest is not. */
function bytesOf({ namespace, jobId, name, contentType, purpose, labels }: Artifact): number {
  return Buffer.byteLength(JSON.stringify([namespace, jobId, name, contentType, purpose, labels])) + 256;
}
