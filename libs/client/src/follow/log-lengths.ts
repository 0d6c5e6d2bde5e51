import type { Client } from "@connectrpc/connect";
import type { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { retrying } from "../retry/retrying.js";

/** How many entries the streams of a job's attempts have, by attempt and name. */
export type LogLengths = ReadonlyMap<number, ReadonlyMap<string, bigint>>;

/** Reads the lengths of all streams of a job, page by page, repeating what may pass. */
export async function logLengths(
  logs: Client<typeof LogService>,
  { namespace, jobId, signal }: { readonly namespace: string; readonly jobId: string; readonly signal: AbortSignal },
): Promise<LogLengths> {
  const lengths = new Map<number, Map<string, bigint>>();
  let pageToken = "";
  do {
    const request = { namespace, jobId, pageToken, pageSize: 1_000 };
    const page = await retrying(() => logs.listLogs(request, { signal }), { signal });
    for (const { ref, length } of page.streams) {
      const attempt = ref?.attempt ?? 0;
      const streams = lengths.get(attempt) ?? new Map<string, bigint>();
      lengths.set(attempt, streams.set(ref?.stream ?? "", length));
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return lengths;
}
