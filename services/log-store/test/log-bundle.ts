import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { createPool, type Pool } from "@switchyard/postgres";
import { ErrorReason } from "@switchyard/proto/switchyard/common/v1/errors_pb";
import type { LogAppendSchema } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import {
  type LogRecord,
  LogService,
  type StreamAppendResult,
  StreamAppendSchema,
  type TailLogRequestSchema,
  type TailLogResponse,
} from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { createClient, createInMemoryTransport } from "@switchyard/rpc";
import { createTestDatabase, type TestDatabase } from "@switchyard/testkit";
import { createLogStore, type LogStore, type LogStoreDeps, migrateLogStore } from "../src/index.js";

/** A database of a test file's own. */
export function createLogDatabase(options: { readonly leaks?: "fail" | "ignore" } = {}): Promise<TestDatabase> {
  return createTestDatabase({ templateKey: "log-store", migrate: (url) => migrateLogStore(url), ...options });
}

/** One replica with a client. */
export interface Replica {
  readonly client: Client<typeof LogService>;
  readonly store: LogStore;
  readonly pool: Pool;
  stop(): Promise<void>;
}

/** Starts a replica on a database. */
export async function startReplica(
  url: string,
  options: Pick<LogStoreDeps, "scheduler" | "limits" | "now" | "archive" | "segmentIntervalMs"> = {},
): Promise<Replica> {
  const pool = createPool({ url, applicationName: "log-store-test", max: 6 });
  const store = createLogStore({ databaseUrl: url, pool, ...options });
  await store.start();
  return {
    client: createClient(LogService, createInMemoryTransport({ routes: store.routes })),
    store,
    pool,
    stop: async () => {
      await store.stop();
      await pool.close();
    },
  };
}

/** Where a test writes, unless it says otherwise. */
export const namespace = "test";

let jobs = 0;

/** A job that no other test knows. */
export function newJob(): string {
  jobs++;
  return `00000000-0000-4000-8000-${String(jobs).padStart(12, "0")}`;
}

type Content = Omit<MessageInitShape<typeof LogAppendSchema>, "$typeName">;

/** Appends to a stream and returns how it went. */
export async function append(
  { client }: Pick<Replica, "client">,
  jobId: string,
  content: Content,
  { attempt = 1, secrets = [] as string[] } = {},
): Promise<StreamAppendResult> {
  const item = create(StreamAppendSchema, { jobId, attempt, append: { stream: "stdout", ...content }, secrets });
  const { results } = await client.appendLog({ namespace, appends: [item] });
  return results[0] as StreamAppendResult;
}

/** Text as an append takes it. */
export function text(lines: string | Uint8Array<ArrayBuffer>, seconds?: number): Content {
  const bytes = typeof lines === "string" ? new Uint8Array(Buffer.from(lines)) : lines;
  const time = seconds === undefined ? {} : { time: { seconds: BigInt(seconds), nanos: 0 } };
  return { content: { case: "text", value: { lines: bytes, ...time } } };
}

/** The name of a result's reason; empty when it went well. */
export function reasonName({ reason }: StreamAppendResult): string {
  return reason === 0 ? "" : (ErrorReason[reason] as string);
}

/** The messages of records. */
export function messages(records: readonly LogRecord[]): string[] {
  return records.map(({ entry }) => entry?.message ?? "");
}

/** Reads a whole stream, page by page. */
export async function readAll({ client }: Pick<Replica, "client">, jobId: string, stream = "stdout", attempt = 1) {
  const records: LogRecord[] = [];
  for (let pageToken = ""; ; ) {
    const page = await client.readLog({ stream: { namespace, jobId, attempt, stream }, pageToken, pageSize: 10_000 });
    records.push(...page.records);
    pageToken = page.nextPageToken;
    if (pageToken === "") return records;
  }
}

/** Follows a stream in the background and keeps what it is told. */
export function follow(
  { client }: Pick<Replica, "client">,
  jobId: string,
  request: Omit<MessageInitShape<typeof TailLogRequestSchema>, "$typeName" | "stream"> = {},
  { stream = "stdout", attempt = 1 } = {},
) {
  const abort = new AbortController();
  const told: { records: LogRecord[]; responses: TailLogResponse[]; error?: unknown } = { records: [], responses: [] };
  const ended = (async () => {
    try {
      const responses = client.tailLog(
        { ...request, stream: { namespace, jobId, attempt, stream } },
        { signal: abort.signal },
      );
      for await (const response of responses) {
        told.responses.push(response);
        told.records.push(...response.records);
      }
    } catch (error) {
      told.error = error;
    }
  })();
  return { told, ended, stop: () => abort.abort() };
}
