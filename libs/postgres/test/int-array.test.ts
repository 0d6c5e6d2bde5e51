import { createTestDatabase, type TestDatabase } from "@switchyard/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPool, intArray, type Pool } from "../src/index.js";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase({ templateKey: "int-array", migrate: async () => undefined });
  pool = createPool({ url: database.url, applicationName: "int-array-test" });
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});

const bigints = [
  0,
  1,
  -1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  -(2 ** 32),
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
];

describe("intArray", () => {
  it.each([
    ["int", [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]],
    ["int", [null, 7, null]],
    ["int", [null]],
    ["int", []],
    ["bigint", bigints],
    ["bigint", [null, 2 ** 40, null]],
    ["bigint", []],
  ] as const)("is read by the server as the %s array %j", async (type, values) => {
    const { rows } = await pool.query(`select $1::${type}[]::text as read`, [intArray(type, values)]);
    expect(rows[0].read).toBe(`{${values.map((value) => value ?? "NULL").join(",")}}`);
  });

  it.each([
    ["int", 2 ** 31],
    ["int", 1.5],
    ["bigint", 2 ** 53],
    ["bigint", 0.5],
    ["bigint", Number.NaN],
  ] as const)("refuses %s %s", (type, value) => {
    expect(() => intArray(type, [1, value])).toThrow(RangeError);
  });
});
