import { type BlobStore, openBlobStore } from "@switchyard/blobs";
import {
  createTcpProxy,
  startS3Server,
  type TcpProxy,
  temporaryDirectory,
  type TestDatabase,
} from "@switchyard/testkit";
import { createLogDatabase, type Replica, startReplica } from "./log-bundle.js";

/** A log store whose clock is the test's, and that looks after its segments when the test says so. */
export interface SegmentFixture extends Replica {
  readonly database: TestDatabase;
  readonly archive: BlobStore;
  /** Lets time pass for the keeping of segments. */
  pass(hours: number): void;
  /** Closes the open segments, which have something in them, and takes what is closed to the archive. */
  archiveAll(): Promise<void>;
  /** What the database says of its segments, by number. */
  segments(): Promise<{ id: number; line: string; state: string }[]>;
  /** Partitions of chunks, by name. */
  tables(): Promise<string[]>;
  /** Another replica on the same database and archive. */
  startOther(): Promise<Replica>;
}

/** Starts one on a database of its own. */
export async function startSegmentFixture(archive: BlobStore): Promise<SegmentFixture> {
  const database = await createLogDatabase();
  let offsetMs = 0;
  const options = { archive, now: () => Date.now() + offsetMs, segmentIntervalMs: 3_600_000 };
  const replica = await startReplica(database.url, options);
  return {
    ...replica,
    ...{ database, archive },
    pass(hours) {
      offsetMs += hours * 3_600_000;
    },
    async archiveAll() {
      offsetMs += 25 * 3_600_000;
      await replica.store.keepSegments();
      offsetMs += 2 * 3_600_000;
      await replica.store.keepSegments();
    },
    async segments() {
      const { rows } = await replica.pool.query<{ id: number; line: string; state: string }>(
        `select id, line, case when closed_at is null then 'open' when archived_at is null then 'closed' else 'archived' end as state
           from logs.segments order by id`,
      );
      return rows;
    },
    async tables() {
      const { rows } = await replica.pool.query<{ name: string }>(
        "select relname as name from pg_class where relname ~ '^chunks_[0-9]+$' order by relname",
      );
      return rows.map(({ name }) => name);
    },
    startOther: () => startReplica(database.url, options),
    async stop() {
      await replica.stop();
      await database.drop();
    },
  };
}

/** A place to keep blobs in. */
export interface TestArchive {
  readonly blobs: BlobStore;
  stop(): Promise<void>;
}

/** A directory. */
export async function openDirectoryArchive(): Promise<TestArchive & { readonly path: string }> {
  const directory = await temporaryDirectory();
  return { blobs: await openBlobStore(directory.path, 1024 ** 3), path: directory.path, stop: directory.remove };
}

/** A bucket behind a proxy that can be cut. */
export async function openBucketArchive(): Promise<TestArchive & { readonly proxy: TcpProxy }> {
  const server = await startS3Server();
  const { hostname: host, port } = new URL(server.endpoint);
  const proxy = await createTcpProxy({ target: { host, port: Number(port) } });
  const place = { bucket: server.bucket, prefix: "logs/", endpoint: `http://127.0.0.1:${proxy.port}` };
  const blobs = await openBlobStore(place, 1024 ** 3);
  return {
    ...{ blobs, proxy },
    async stop() {
      await blobs.close();
      await proxy.close();
      await server.stop();
    },
  };
}
