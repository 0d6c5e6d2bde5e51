import type { TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  append,
  createLogDatabase,
  follow,
  messages,
  newJob,
  type Replica,
  readAll,
  reasonName,
  startReplica,
  text,
} from "./log-bundle.js";

let database: TestDatabase;
let first: Replica;
let second: Replica;

beforeAll(async () => {
  database = await createLogDatabase();
  [first, second] = [await startReplica(database.url), await startReplica(database.url)];
});
afterAll(async () => {
  await first.stop();
  await second.stop();
  await database.drop();
});

const secrets = ["topsecret", "first line\nsecond line"];

/** Everything that the database has of a secret's beginning, in whatever column. */
async function isStored(piece: string): Promise<boolean> {
  const { rows } = await first.pool.query<{ found: boolean }>(
    "select exists (select from logs.chunks c where position(convert_to($1, 'UTF8') in c.data) > 0) or exists (select from logs.streams s where s::text like '%' || $1 || '%') as found",
    [piece],
  );
  return rows[0]?.found === true;
}

test("secrets are blackened in every form and place, and never stored", async () => {
  const job = newJob();
  const encoded = Buffer.from("user:topsecret").toString("base64");
  const lines = `plain topsecret\nbasic ${encoded}\nfirst line\nsecond line\nnothing here\n`;
  expect(reasonName(await append(first, job, text(lines), { secrets }))).toBe("");
  const fields = Buffer.from('{"key":"topsecret"}');
  const entries = [{ message: "it is topsecret", source: "topsecret.js", fields: new Uint8Array(fields) }];
  await append(first, job, { content: { case: "entries", value: { entries } } }, { secrets });
  const records = await readAll(first, job);
  expect(messages(records).map((line) => line.replace(/^basic .*\[masked\].*$/, "basic [masked]"))).toEqual([
    "plain [masked]",
    "basic [masked]",
    "[masked]",
    "[masked]",
    "nothing here",
    "it is [masked]",
  ]);
  const entry = records.at(-1)?.entry;
  expect([entry?.source, Buffer.from(entry?.fields ?? []).toString()]).toEqual(["[masked].js", '{"key":"[masked]"}']);
  expect(await isStored("topsec")).toBe(false);
});

test("a secret that is cut by the border of two appends is blackened, on two replicas too, and told masked to followers", async () => {
  const job = newJob();
  const tail = follow(second, job, { fromSequence: 0n });
  await append(first, job, text("the key is tops"), { secrets });
  await append(second, job, text("ecret, they say\n"), { secrets });
  await append(first, job, text("a new line: ecret\n"), { secrets });
  expect(messages(await readAll(first, job))).toEqual(["the key is [masked]", ", they say", "a new line: ecret"]);
  await expect.poll(() => messages(tail.told.records), { timeout: 20_000 }).toHaveLength(3);
  expect(messages(tail.told.records)).toEqual(["the key is [masked]", ", they say", "a new line: ecret"]);
  tail.stop();
  await tail.ended;
  expect(await isStored("tops")).toBe(false);
});

test("a repeat adds nothing, and what follows a gap or an append without secrets goes on with nothing", async () => {
  const job = newJob();
  const cut = { ...text("tops"), expectedSequence: 0n };
  await append(first, job, cut, { secrets });
  expect(await append(first, job, cut, { secrets })).toMatchObject({ firstSequence: 0n, nextSequence: 1n });
  await append(first, job, { ...text("ecret\n"), expectedSequence: 5n, allowGap: true }, { secrets });
  await append(first, job, text("tops"), { secrets });
  await append(first, job, text("ecret"));
  await append(first, job, text("ecret"), { secrets });
  expect(messages(await readAll(first, job))).toEqual([
    "[masked]",
    "4 entries are missing",
    "ecret",
    "[masked]",
    "ecret",
    "ecret",
  ]);
});

test("refuses more secrets than anybody has", async () => {
  const many = Array.from({ length: 101 }, (_, n) => `secret-number-${n}`);
  expect(reasonName(await append(first, newJob(), text("a\n"), { secrets: many }))).toBe("INVALID_ARGUMENT");
  const long = Array.from({ length: 20 }, (_, n) => `${n}`.padStart(4_000, "x"));
  expect(reasonName(await append(first, newJob(), text("a\n"), { secrets: long }))).toBe("INVALID_ARGUMENT");
});
