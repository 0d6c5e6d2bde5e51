import type { ServiceImpl } from "@connectrpc/connect";
import type { Pool } from "@switchyard/postgres";
import type { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { ChunkSource } from "../domain/read/chunk-source.js";
import { searchLog } from "../domain/read/search-log.js";
import { throwStorageError } from "../domain/storage-error.js";
import { checkRef, invalid } from "./check.js";
import { filterOf } from "./filter-from-proto.js";
import { checkNamespace } from "./namespace.js";
import { recordsToProto } from "./record-to-proto.js";

const defaultLimit = 1_000;
const mostEntries = 100_000;
const mostContext = 100;

/** Serves the search over the logs of a job. */
export function searchHandler(pool: Pool, source: ChunkSource): Pick<ServiceImpl<typeof LogService>, "searchLogs"> {
  return {
    async *searchLogs({ stream: ref, filter, limit, context: around }, context) {
      const { namespace, jobId, attempt, stream } = checkRef(ref);
      checkNamespace(context, "stream.namespace", namespace);
      if (filter === undefined || (filter.contains === "" && filter.regex === ""))
        throw invalid("filter", "needs contains or regex");
      if (limit > mostEntries) throw invalid("limit", `is more than ${mostEntries}`);
      if (around > mostContext) throw invalid("context", `is more than ${mostContext}`);
      const query = {
        ...{ namespace, jobId, attempt, stream, filter: filterOf(filter), context: around },
        limit: limit === 0 ? defaultLimit : limit,
      };
      try {
        for await (const { records, scanned } of searchLog(pool, source, query, context.signal))
          yield { records: recordsToProto(records), scanned: BigInt(scanned) };
      } catch (error) {
        if (context.signal.aborted) throw context.signal.reason;
        throwStorageError(error);
      }
    },
  };
}
