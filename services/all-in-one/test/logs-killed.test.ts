import { LogService } from "@switchyard/proto/switchyard/log/v1/log_service_pb";
import { createClient, createGrpcTransport } from "@switchyard/rpc";
import { eventually, seededRandom, seedFor } from "@switchyard/testkit";
import { expect, it } from "vitest";
import { type Compared, compareLog } from "./logs/compare-log.js";
import { createProducer, type Producer, producedStream } from "./logs/producer.js";
import { createSeededLog, type LogForm } from "./logs/seeded-log.js";
import { startPart } from "./split/split-processes.js";
import { createSystemDatabase } from "./test-system.js";

// What a log store has acknowledged is there, each entry once and in its place, however often its process is killed. `npm run test:logs` has 100 producers of 10 MB and 30 kills.

const count = Number(process.env["LOG_PRODUCERS"] ?? 8);
const bytesEach = Number(process.env["LOG_BYTES"] ?? 200_000);
const kills = Number(process.env["LOG_KILLS"] ?? 2);
const seed = Number(process.env["LOG_SEED"] ?? Date.now() % 1_000_000);

const namespace = "killed";
const forms: readonly LogForm[] = ["text", "entries", "raw"];
/** Small enough that every producer is in the middle of its log at each kill. */
const callBytes = Math.min(256 * 1024, bytesEach / 25);
/** A start takes some seconds on a busy machine, and the longest run reads and writes a gigabyte. */
const timeout = 60_000 + kills * 15_000 + (count * bytesEach) / 1_000;

it(`${count} producers lose nothing and double nothing over ${kills} kills of the store`, { timeout }, async () => {
  const database = await createSystemDatabase();
  const store = await startPart("log-store", { DATABASE_URL: database.url, MIGRATE_AT_START: "off" });
  const transport = createGrpcTransport({ address: store.address });
  const logs = createClient(LogService, transport);
  const over = new AbortController();
  let [acknowledgedBytes, ended] = [0, false];
  const producers = Array.from({ length: count }, (_, n) => {
    const jobId = `job-${n}`;
    const form = forms[n % forms.length] as LogForm;
    return createProducer({
      ...{ logs, namespace, jobId, callBytes, signal: over.signal },
      log: createSeededLog(seed, jobId, form, bytesEach),
      leavesOut: n % 4 === 3,
      random: seededRandom(seedFor(seed, `${jobId} calls`)),
      onAcknowledged: (bytes) => {
        acknowledgedBytes += bytes;
      },
    });
  });

  /** Kills the store when so much has been acknowledged, and looks whether it still knows of all that was when it stands again. */
  async function killAt(bytes: number): Promise<void> {
    const reached = () => expect(ended || acknowledgedBytes >= bytes).toBe(true);
    await eventually(reached, { timeoutMs: timeout, intervalMs: 1 });
    if (ended) return;
    await store.kill();
    const known = producers.map(({ acknowledged }) => acknowledged);
    await store.revive();
    for (const [n, producer] of producers.entries())
      expect(await lengthOf(producer)).toBeGreaterThanOrEqual(safeLength(producer, known[n] ?? 0));
  }

  async function lengthOf({ jobId }: Producer): Promise<number> {
    const { streams } = await eventually(() => logs.listLogs({ namespace, jobId }));
    return Number(streams[0]?.length ?? 0);
  }

  async function killAll(): Promise<number> {
    const total = count * bytesEach;
    let done = 0;
    for (; done < kills && !ended; done++) await killAt((total * (done + 0.5)) / (kills + 2));
    return done;
  }

  try {
    const produced = Promise.all(producers.map((producer) => producer.run())).finally(() => {
      ended = true;
    });
    const [killed] = await Promise.all([killAll(), produced]);
    expect(killed).toBe(kills);
    const compared: Compared[] = [];
    for (const producer of producers) compared.push(await compareLog(logs, namespace, producer));
    expect(compared.flatMap(({ difference }) => difference ?? [])).toEqual([]);
    const sum = (of: (n: number) => number) => producers.reduce((total, _, n) => total + of(n), 0);
    const gaps = sum((n) => compared[n]?.gaps ?? 0);
    expect(gaps).toBe(sum((n) => producers[n]?.leftOut.length ?? 0));
    expect(gaps).toBeGreaterThan(0);
    const repeats = sum((n) => producers[n]?.repeats ?? 0);
    expect(repeats).toBeGreaterThan(0);
    for (const { jobId, log } of producers) {
      const { streams } = await logs.listLogs({ namespace, jobId });
      expect(streams.map(({ ref, length }) => [ref?.stream, Number(length)])).toEqual([[producedStream, log.count]]);
    }
    const entries = sum((n) => compared[n]?.entries ?? 0);
    console.info(
      `logs killed: seed ${seed}, ${killed} kills, ${repeats} repeated calls, ${acknowledgedBytes} bytes in ${entries} entries, ${gaps} gaps`,
    );
  } finally {
    over.abort();
    transport.close();
    await store.process.end();
    await database.drop();
  }
});

/** How long a stream must be when so much is known of it: a hole at its end is stored with what follows it. */
function safeLength({ leftOut }: Producer, acknowledged: number): number {
  return leftOut.find(({ first, count: missing }) => first + missing === acknowledged)?.first ?? acknowledged;
}
