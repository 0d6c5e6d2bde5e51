import type { Client } from "@connectrpc/connect";
import type { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { resuming, type StreamLife } from "./resuming.js";

/** Which stream is wanted as a file. */
export interface DownloadLogOptions {
  readonly namespace: string;
  readonly jobId: string;
  readonly attempt: number;
  /** `stdout`, `stderr`, `log`, ... */
  readonly stream: string;
  /** First sequence number. Default 0. */
  readonly fromSequence?: bigint;
  /** Ends the iteration, which throws its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Yields a stream as the file that it is, up to what is there when it is asked for: bytes as they came, text with a line feed behind each entry. After a
 * break it goes on behind the last piece that arrived.
 *
 * @throws SwitchyardError `LOG_NOT_FOUND`, and whatever else no repeat can mend
 */
export function downloadLog(
  logs: Client<typeof LogService>,
  { namespace, jobId, attempt, stream, fromSequence = 0n, signal }: DownloadLogOptions,
): AsyncGenerator<Uint8Array> {
  let place = fromSequence;
  async function* open(life: StreamLife): AsyncGenerator<Uint8Array> {
    const request = { stream: { namespace, jobId, attempt, stream }, fromSequence: place };
    for await (const { data, nextSequence } of logs.downloadLog(request, signal === undefined ? {} : { signal })) {
      life.alive();
      place = nextSequence;
      yield data;
    }
  }
  return resuming(open, signal);
}
