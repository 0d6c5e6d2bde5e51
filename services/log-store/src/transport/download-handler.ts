import type { ServiceImpl } from "@connectrpc/connect";
import type { Pool } from "@switchyard/postgres";
import type { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { ChunkSource } from "../domain/read/chunk-source.js";
import { downloadLog } from "../domain/read/download-log.js";
import { throwStorageError } from "../domain/storage-error.js";
import { checkName, checkRef, sequenceOf } from "./check.js";
import { checkNamespace } from "./namespace.js";

/** Serves streams as files. */
export function downloadHandler(pool: Pool, source: ChunkSource): Pick<ServiceImpl<typeof LogService>, "downloadLog"> {
  return {
    async *downloadLog({ stream: ref, fromSequence }, context) {
      const { namespace, jobId, attempt, stream } = checkRef(ref);
      checkNamespace(context, "stream.namespace", namespace);
      checkName("stream.stream", stream);
      const from = sequenceOf("from_sequence", fromSequence);
      try {
        const pieces = downloadLog(pool, source, { namespace, jobId, attempt, stream }, from, context.signal);
        for await (const { data, nextSequence } of pieces)
          yield { data: new Uint8Array(data), nextSequence: BigInt(nextSequence) };
      } catch (error) {
        if (context.signal.aborted) throw context.signal.reason;
        throwStorageError(error);
      }
    },
  };
}
