import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import type { Pool } from "@switchyard/postgres";
import type { LogService, ReadLogRequest } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { ChunkSource } from "../domain/read/chunk-source.js";
import { type ReadFrom, readLog } from "../domain/read/read-log.js";
import { throwStorageError } from "../domain/storage-error.js";
import { listStreams } from "../store/list-streams.js";
import { checkAttempt, checkName, checkRef, invalid, pageSizeOf, sequenceOf } from "./check.js";
import { filterOf } from "./filter-from-proto.js";
import { checkNamespace } from "./namespace.js";
import { maxNumber } from "./numbers.js";
import { decodePageToken, encodePageToken } from "./page-token.js";
import { recordsToProto } from "./record-to-proto.js";
import { momentOf } from "./times.js";

const MAX_PAGE_BYTES = 2 * 1024 * 1024;

/** Serves the calls that read pages. */
export function readHandlers(
  pool: Pool,
  source: ChunkSource,
): Pick<ServiceImpl<typeof LogService>, "readLog" | "listLogs"> {
  return {
    async readLog(request, context) {
      const { namespace, jobId, attempt, stream } = checkRef(request.stream);
      checkNamespace(context, "stream.namespace", namespace);
      const maxRecords = pageSizeOf(request.pageSize, 1_000, 10_000);
      const from = fromOf(request, stream === "");
      const before = request.beforeSequence === 0n ? undefined : sequenceOf("before_sequence", request.beforeSequence);
      const filter = filterOf(request.filter);
      const mark = ["read", namespace, jobId, attempt, stream, request.from, request.beforeSequence, request.filter];
      const token = request.pageToken;
      const positions = token === "" ? {} : { positions: new Map(decodePageToken(mark, token, isPositions)) };
      const page = await readLog(pool, source, {
        ...{ namespace, jobId, attempt, stream, from, before, filter, maxRecords },
        maxBytes: MAX_PAGE_BYTES,
        ...positions,
      }).catch(throwStorageError);
      return {
        records: recordsToProto(page.records),
        nextPageToken: page.next === undefined ? "" : encodePageToken(mark, [...page.next]),
        length: BigInt(page.stream?.length ?? 0),
        sealed: page.stream?.sealed ?? false,
      };
    },
    async listLogs({ namespace, jobId, attempt, pageSize, pageToken }, context) {
      checkNamespace(context, "namespace", namespace);
      checkName("job_id", jobId);
      if (attempt !== 0) checkAttempt("attempt", attempt);
      const limit = pageSizeOf(pageSize, 100, 1_000);
      const mark = ["list", namespace, jobId, attempt];
      const after = pageToken === "" ? undefined : decodePageToken(mark, pageToken, isStreamPlace);
      const rows = await listStreams(pool, {
        ...{ namespace, jobId, attempt, limit: limit + 1 },
        ...(after === undefined ? {} : { after: { attempt: after[0], stream: after[1] } }),
      }).catch(throwStorageError);
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      return {
        streams: shown.map((row) => ({
          ref: { namespace, jobId, attempt: row.attempt, stream: row.stream },
          length: BigInt(row.length),
          byteCount: BigInt(row.byteCount),
          createTime: timestampFromDate(row.createdAt),
          updateTime: timestampFromDate(row.updatedAt),
          sealed: row.sealed,
          archived: row.archived,
        })),
        nextPageToken:
          rows.length > limit && last !== undefined ? encodePageToken(mark, [last.attempt, last.stream]) : "",
      };
    },
  };
}

function fromOf({ from, beforeSequence }: ReadLogRequest, isMerged: boolean): ReadFrom {
  if (isMerged && beforeSequence !== 0n) throw invalid("before_sequence", "needs a single stream");
  switch (from.case) {
    case undefined:
      return { kind: "start" };
    case "fromSequence":
      if (isMerged) throw invalid("from_sequence", "needs a single stream");
      return { kind: "sequence", sequence: sequenceOf("from_sequence", from.value) };
    case "fromTime":
      return { kind: "time", time: momentOf("from_time", from.value) };
    case "fromEnd":
      return from.value ? { kind: "end" } : { kind: "start" };
    case "sinceReset":
      if (isMerged) throw invalid("since_reset", "needs a single stream");
      return from.value ? { kind: "reset" } : { kind: "start" };
  }
}

function isPositions(place: unknown): place is [number, number][] {
  return (
    Array.isArray(place) && place.every((item) => Array.isArray(item) && item.length === 2 && item.every(isPosition))
  );
}

function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= 2 * maxNumber;
}

function isStreamPlace(place: unknown): place is [number, string] {
  return Array.isArray(place) && place.length === 2 && isPosition(place[0]) && typeof place[1] === "string";
}
