import { durationMs, durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import type { Pool } from "@switchyard/postgres";
import type { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import type { SegmentLimits } from "../domain/segments/retention.js";
import { findPrincipal, mayTouch } from "@switchyard/service-kit";
import { throwStorageError } from "../domain/storage-error.js";
import { listRetention, listSegments, type RetentionRow, setRetention, type SegmentRow } from "../store/segments.js";
import { invalid, sequenceOf } from "./check.js";
import { checkNamespace } from "./namespace.js";

/** Namespaces with a retention of their own: each has segments of its own, which are tables. */
const maxRetentions = 200;

/** Serves the calls about what is kept. */
export function retentionHandlers(
  pool: Pool,
  limits: SegmentLimits,
): Pick<ServiceImpl<typeof LogService>, "setLogRetention" | "listLogRetention"> {
  return {
    async setLogRetention({ namespace, maxAge, maxBytes, limitBytes, clear }, context) {
      checkNamespace(context, "namespace", namespace);
      const maxAgeMs = maxAge && durationMs(maxAge);
      if (maxAgeMs !== undefined && !(maxAgeMs >= 0)) throw invalid("max_age", "is negative");
      const retention = {
        maxAgeMs,
        maxBytes: maxBytes === undefined ? undefined : sequenceOf("max_bytes", maxBytes),
        limitBytes: limitBytes === 0n ? undefined : sequenceOf("limit_bytes", limitBytes),
      };
      const present = await listRetention(pool).catch(throwStorageError);
      const isNew = !present.some((row) => row.namespace === namespace);
      if (!clear && isNew && present.length >= maxRetentions)
        throw invalid("namespace", `would be the ${maxRetentions + 1}st with a retention of its own`);
      await setRetention(pool, namespace, clear ? undefined : retention).catch(throwStorageError);
      return {};
    },
    async listLogRetention({ namespace }, context) {
      if (namespace !== "") checkNamespace(context, "namespace", namespace);
      const principal = findPrincipal(context);
      const isVisible = (name: string) => principal === undefined || mayTouch(principal, name);
      const own = await listRetention(pool).catch(throwStorageError);
      const segments = await listSegments(pool).catch(throwStorageError);
      const common: RetentionRow = { namespace: "", maxAgeMs: undefined, maxBytes: undefined, limitBytes: undefined };
      const wanted = own.filter((row) => (namespace === "" ? isVisible(row.namespace) : row.namespace === namespace));
      return { retentions: [common, ...wanted].map((row) => retentionToProto(row, segments, limits)) };
    },
  };
}

function retentionToProto(
  { namespace, maxAgeMs, maxBytes, limitBytes = 0 }: RetentionRow,
  segments: readonly SegmentRow[],
  { retentionMs, retentionBytes }: SegmentLimits,
) {
  const own = segments.filter(({ line }) => line === namespace);
  const sum = (isArchived: boolean) =>
    own.reduce(
      (bytes, { archivedAt, byteCount }) => bytes + ((archivedAt !== undefined) === isArchived ? byteCount : 0),
      0,
    );
  const ageMs = maxAgeMs ?? retentionMs;
  const oldest = own[0]?.createdAt;
  return {
    namespace,
    ...(ageMs === 0 ? {} : { maxAge: durationFromMs(ageMs) }),
    maxBytes: BigInt(maxBytes ?? retentionBytes),
    limitBytes: BigInt(limitBytes),
    storedBytes: BigInt(sum(false)),
    archivedBytes: BigInt(sum(true)),
    ...(oldest === undefined ? {} : { oldestTime: timestampFromDate(oldest) }),
  };
}
