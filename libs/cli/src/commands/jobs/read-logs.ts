import type { SwitchyardClient } from "@switchyard/client";
import type { LogRecord } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { readPages } from "../../input/pages.js";

/** The most that a search may ask for. */
const mostFound = 100_000;

/** Which entries. */
export interface LogChoice {
  readonly namespace: string;
  readonly jobId: string;
  /** Default: the newest. */
  readonly attempt?: number;
  /** Default: all. */
  readonly stream?: string;
  /** Only as many of the last. Default: all. */
  readonly tail?: number;
}

/** Yields the entries that are there now, page by page. */
export async function* readLogs(client: SwitchyardClient, choice: LogChoice): AsyncGenerator<LogRecord> {
  const attempt = await attemptOf(client, choice);
  if (attempt === 0) return;
  if (choice.tail !== undefined) {
    yield* await lastRecords(client, choice, attempt, choice.tail);
    return;
  }
  const stream = refOf(choice, attempt);
  for (let pageToken = ""; ; ) {
    const page = await client.logs.readLog({ stream, pageToken });
    yield* page.records;
    pageToken = page.nextPageToken;
    if (pageToken === "") return;
  }
}

/** Yields entries from the newest attempt on until the job has ended; of one attempt, until that is over. */
export async function* followLogs(
  client: SwitchyardClient,
  { signal, ...choice }: LogChoice & { readonly signal: AbortSignal },
): AsyncGenerator<LogRecord> {
  const attempt = await attemptOf(client, choice);
  const { namespace, jobId, stream, tail } = choice;
  yield* client.followLog({
    ...{ namespace, jobId, signal },
    ...(attempt === 0 ? {} : { attempt }),
    ...(stream === undefined ? {} : { stream }),
    ...(tail === undefined || attempt === 0 ? {} : { places: await lastPlaces(client, choice, attempt, tail) }),
    nextAttempts: choice.attempt === undefined,
  });
}

/** Which entries are looked for, and how many around each are wanted. */
export interface LogSearch extends LogChoice {
  readonly filter: { readonly contains: string; readonly regex: string };
  readonly context: number;
  readonly signal: AbortSignal;
}

/** Yields the entries of the newest attempt, or the chosen one, that match; as many as the service gives. */
export async function* searchLogs(client: SwitchyardClient, search: LogSearch): AsyncGenerator<LogRecord> {
  const attempt = await attemptOf(client, search);
  if (attempt === 0) return;
  const { filter, context, signal } = search;
  const request = { stream: refOf(search, attempt), filter, context, limit: mostFound };
  for await (const { records } of client.logs.searchLogs(request, { signal })) yield* records;
}

/** Where the last entries begin in each stream. A stream of which none is among them begins behind what it has. */
async function lastPlaces(
  client: SwitchyardClient,
  choice: LogChoice,
  attempt: number,
  tail: number,
): Promise<ReadonlyMap<string, bigint>> {
  const { namespace, jobId } = choice;
  // Lengths first: what is written between the two calls lies behind them, and so is read.
  const { items } = await readPages(0, async (page) => {
    const { streams, nextPageToken } = await client.logs.listLogs({ namespace, jobId, attempt, ...page });
    return { items: streams, nextPageToken };
  });
  const places = new Map(items.map(({ ref, length }) => [ref?.stream ?? "", length]));
  for (const { stream, entry } of (await lastRecords(client, choice, attempt, tail)).reverse()) {
    if (entry !== undefined) places.set(stream, entry.sequence);
  }
  return places;
}

async function lastRecords(client: SwitchyardClient, choice: LogChoice, attempt: number, tail: number) {
  const from = { case: "fromEnd" as const, value: true };
  const { records } = await client.logs.readLog({ stream: refOf(choice, attempt), from, pageSize: tail });
  return records;
}

function refOf({ namespace, jobId, stream = "" }: LogChoice, attempt: number) {
  return { namespace, jobId, attempt, stream };
}

/** The attempt that was chosen, or the newest; 0 when there is none yet. */
export async function attemptOf(client: SwitchyardClient, { namespace, jobId, attempt }: LogChoice): Promise<number> {
  if (attempt !== undefined) return attempt;
  const { job } = await client.jobs.getJob({ namespace, by: { case: "jobId", value: jobId } });
  return job?.attemptCount ?? 0;
}
