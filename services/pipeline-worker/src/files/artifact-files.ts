import type { SwitchyardClient } from "@switchyard/client";
import type { FileStore, ProducedFile } from "./file-store.js";

/** The attempt that files belong to. */
export interface FileOwner {
  readonly namespace: string;
  readonly jobId: string;
  readonly attempt: number;
}

/** Most bytes of one message of an upload, by the contract of the store. */
const pieceBytes = 1024 * 1024;

/**
 * Keeps the files of a run as artifacts of its attempt; the outcome names them. They are not staged: nobody commits them when a run
 * ends, and files are asked for by the names that only a result that succeeded tells.
 */
export function createFileStore(
  artifacts: SwitchyardClient["artifacts"],
  owner: FileOwner,
  signal: AbortSignal,
): FileStore {
  const ids: string[] = [];
  return {
    ids,
    async save(file) {
      // The store's own bound of time: a large file takes longer than other calls.
      const { artifact } = await artifacts.uploadArtifact(messagesOf(file, owner), { signal, timeoutMs: 120_000 });
      const id = artifact?.id ?? "";
      ids.push(id);
      return id;
    },
  };
}

async function* messagesOf({ name, contentType, bytes }: ProducedFile, owner: FileOwner) {
  const artifact = { ...owner, name, contentType, purpose: "file" };
  yield { message: { case: "artifact" as const, value: artifact } };
  for (let at = 0; at < bytes.length; at += pieceBytes)
    yield { message: { case: "data" as const, value: bytes.subarray(at, at + pieceBytes) } };
}
