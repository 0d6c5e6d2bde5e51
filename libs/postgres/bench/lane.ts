// Single-row inserts of many concurrent callers through one lane, against the same callers on a pool. Prints what it measured and on what.
// Run: node --conditions=@switchyard/source --import tsx libs/postgres/bench/lane.ts
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import {
  createGroupCommitLane,
  createPool,
  defineStatement,
  intArrayLiteral,
  packBytes,
  startEmbeddedPostgres,
} from "../src/index.js";

const DURATION_MS = 3_000;
const body = Buffer.alloc(200, "x");

const server = await startEmbeddedPostgres({
  dataDir: join(tmpdir(), `switchyard-bench-${process.pid}`),
  persistent: false,
});
const pool = createPool({ url: server.url, applicationName: "bench", max: 16 });
await pool.query("create table item (id bigint primary key, body bytea not null)");

const insertMany = defineStatement(
  "insert_many",
  `insert into item (id, body)
   select id, substr($2::bytea, o, l) from unnest($1::int8[], $3::int4[], $4::int4[]) as t (id, o, l)`,
);
const lane = createGroupCommitLane<number, true>({
  name: "bench",
  url: server.url,
  flush: async (client, ids) => {
    const { data, offsets, lengths } = packBytes(ids.map(() => body));
    await client.query({ ...insertMany, values: [intArrayLiteral(ids), data, offsets, lengths] });
    return ids.map(() => true);
  },
});
await lane.start();

let nextId = 1;
async function measure(name: string, callers: number, insert: (id: number) => Promise<unknown>): Promise<void> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const caller = async () => {
    while (performance.now() - startedAt < DURATION_MS) {
      const before = performance.now();
      await insert(nextId++);
      latencies.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - startedAt) / 1_000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2);
  const rate = Math.round(latencies.length / seconds).toLocaleString("en");
  console.log(`${name}, ${callers} callers: ${rate} rows/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
}

const insertOne = defineStatement("insert_one", "insert into item (id, body) values ($1, $2)");
console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}, full durability, 200 B rows`);
await measure("lane (warm-up)", 64, (id) => lane.push(id));
for (const callers of [1, 16, 64, 256]) await measure("lane", callers, (id) => lane.push(id));
await measure("pool of 16", 64, (id) => pool.query({ ...insertOne, values: [id, body] }));

await lane.stop();
await pool.close();
await server.stop();
