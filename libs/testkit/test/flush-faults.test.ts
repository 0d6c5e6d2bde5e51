import { createGroupCommitLane, type GroupCommitLane } from "@switchyard/postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createFlushFaults,
  createTestDatabase,
  type FlushFaults,
  InjectedFault,
  type TestDatabase,
} from "../src/index.js";

let database: TestDatabase;
let reader: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase({ templateKey: "empty", migrate: async () => undefined });
  reader = new pg.Client({ connectionString: database.url });
  await reader.connect();
  await reader.query("create table written (value int primary key)");
});
afterAll(async () => {
  await reader.end();
  await database.drop();
});

/** A lane that inserts numbers, behind the faults. */
async function startLane(faults: FlushFaults): Promise<GroupCommitLane<number, void>> {
  const lane = createGroupCommitLane<number, void>({
    name: "numbers",
    url: database.url,
    flush: faults.intercept("numbers", async (client, values) => {
      await client.query("insert into written select unnest($1::int[])", [values]);
      return values.map(() => undefined);
    }),
  });
  await lane.start();
  return lane;
}

const isWritten = async (value: number) =>
  (await reader.query("select from written where value = $1", [value])).rowCount === 1;

describe("an armed fault", () => {
  it.each([
    ["before", false],
    ["after", true],
  ] as const)("%s the commit: the caller sees a failure, written is %s", async (fault, written) => {
    const faults = createFlushFaults({ seed: 1, rates: {} });
    const lane = await startLane(faults);
    const value = written ? 1 : 2;
    faults.arm(fault);
    await expect(lane.push(value)).rejects.toMatchObject({ cause: expect.any(InjectedFault) });
    expect(lane.state).toBe("dead");
    expect(await isWritten(value)).toBe(written);
    expect(faults.injected[fault]).toBe(1);
    await lane.stop();
  });

  it("in flight: the caller sees a failure, and the next flush after a restart works", async () => {
    const faults = createFlushFaults({ seed: 1, rates: {} });
    const lane = await startLane(faults);
    faults.arm("in-flight", "numbers");
    await expect(lane.push(3)).rejects.toMatchObject({ cause: expect.any(InjectedFault) });
    await lane.start();
    await lane.push(4);
    expect(await isWritten(4)).toBe(true);
    await lane.stop();
  });

  it("slow: the write succeeds", async () => {
    const faults = createFlushFaults({ seed: 1, rates: {} });
    const lane = await startLane(faults);
    faults.arm("slow");
    await lane.push(5);
    expect(await isWritten(5)).toBe(true);
    await lane.stop();
  });

  it("of another lane waits for that lane, and is forgotten at a stop", async () => {
    const faults = createFlushFaults({ seed: 1, rates: {} });
    const lane = await startLane(faults);
    faults.arm("before", "others");
    await lane.push(6);
    expect(await isWritten(6)).toBe(true);
    faults.arm("before");
    faults.stop();
    await lane.push(7);
    expect(faults.injected.before).toBe(0);
    await lane.stop();
  });
});

describe("chance", () => {
  /** What happens to a thousand flushes that would all succeed. */
  async function fates(seed: number, lane = "a"): Promise<string[]> {
    const faults = createFlushFaults({ seed, rates: { before: 0.1, after: 0.1 } });
    const flush = faults.intercept<number, number, unknown>(lane, async (_, batch) => batch);
    const run = async () => {
      try {
        await flush(undefined as never, [1]);
        return "ok";
      } catch (error) {
        return (error as InjectedFault).fault;
      }
    };
    const seen: string[] = [];
    for (let i = 0; i < 1_000; i++) seen.push(await run());
    return seen;
  }

  it("is the same for the same seed, another for another seed or lane", async () => {
    const first = await fates(7);
    expect(await fates(7)).toEqual(first);
    expect(await fates(8)).not.toEqual(first);
    expect(await fates(7, "b")).not.toEqual(first);
  });

  it("keeps to the rates", async () => {
    const seen = await fates(7);
    for (const fault of ["before", "after"]) {
      const count = seen.filter((fate) => fate === fault).length;
      expect(count).toBeGreaterThan(70);
      expect(count).toBeLessThan(130);
    }
  });
});
