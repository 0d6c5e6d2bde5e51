import { LogEntryType } from "@switchyard/proto/switchyard/log/v1/entry_pb";
import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  append,
  createLogDatabase,
  newJob,
  type Replica,
  readAll,
  reasonName,
  startReplica,
  text,
} from "./log-bundle.js";

let database: TestDatabase;
const replicas: Replica[] = [];

beforeAll(async () => {
  database = await createLogDatabase();
});
afterAll(async () => {
  for (const replica of replicas) await replica.stop();
  await database.drop();
});

/** A replica whose streams may have 100 bytes. */
async function startSmall(): Promise<Replica> {
  const replica = await startReplica(database.url, { limits: { maxStreamBytes: 100 } });
  replicas.push(replica);
  return replica;
}

describe("a stream that is full", () => {
  test("takes the append that fills it, says so in its last entry, and nothing more", async () => {
    const small = await startSmall();
    const job = newJob();
    expect(reasonName(await append(small, job, { ...text(`${"a".repeat(60)}\n`), expectedSequence: 0n }))).toBe("");
    const filling = { ...text(`${"b".repeat(30)}\n${"c".repeat(30)}\n`), expectedSequence: 1n };
    const filled = await append(small, job, filling);
    expect([reasonName(filled), filled.nextSequence]).toEqual(["", 3n]);
    expect(reasonName(await append(small, job, { ...text("d\n"), expectedSequence: 3n }))).toBe("LOG_LIMIT_REACHED");
    expect(reasonName(await append(small, job, text("e\n")))).toBe("LOG_LIMIT_REACHED");
    // A repeat whose answer was lost is confirmed.
    expect([reasonName(await append(small, job, filling))]).toEqual([""]);
    const records = await readAll(small, job);
    expect(records.map(({ entry }) => [entry?.message.slice(0, 12), entry?.type])).toEqual([
      ["aaaaaaaaaaaa", LogEntryType.TEXT],
      ["bbbbbbbbbbbb", LogEntryType.TEXT],
      ["cccccccccccc", LogEntryType.TEXT],
      ["the log ends", LogEntryType.TRUNCATED],
    ]);
    // Another replica finds it full as well.
    expect(reasonName(await append(await startSmall(), job, text("f\n")))).toBe("LOG_LIMIT_REACHED");
    // Other streams go on.
    expect(reasonName(await append(small, newJob(), text("g\n")))).toBe("");
  });

  test("refuses what came in the same moment as the append that filled it", async () => {
    const small = await startSmall();
    const job = newJob();
    const results = await Promise.all(
      ["a", "b", "c", "d"].map((letter) => append(small, job, text(`${letter.repeat(60)}\n`))),
    );
    expect(results.map(reasonName).sort()).toEqual(["", "", "LOG_LIMIT_REACHED", "LOG_LIMIT_REACHED"]);
    expect((await readAll(small, job)).map(({ entry }) => entry?.type)).toEqual([
      LogEntryType.TEXT,
      LogEntryType.TEXT,
      LogEntryType.TRUNCATED,
    ]);
  });
});
