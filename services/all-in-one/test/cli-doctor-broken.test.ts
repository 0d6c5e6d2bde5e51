import {
  createTcpProxy,
  createTestAuthority,
  eventually,
  type TcpProxy,
  temporaryDirectory,
  type TestAuthority,
  type TestDatabase,
  writeTlsFiles,
} from "@switchyard/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { System } from "../src/index.js";
import { examined } from "./cli-examined.js";
import { cliFor } from "./cli-run.js";
import { createSystemDatabase, startSystemOn } from "./test-system.js";

const small = { MANAGED_RUNNERS: "1", NUM_INTERNAL_WORKERS: "0", PIPELINE_WORKER: "false" };

let database: TestDatabase;
let system: System;
beforeEach(async () => {
  database = await createSystemDatabase();
});
afterEach(async () => {
  await system.stop();
  await database.drop();
});

describe("a system whose database is gone", () => {
  let line: TcpProxy;
  beforeEach(async () => {
    const url = new URL(database.url);
    line = await createTcpProxy({ target: { host: url.hostname, port: Number(url.port) } });
    url.port = String(line.port);
    system = await startSystemOn(database, { ...small, DATABASE_URL: url.href });
  });
  afterEach(() => line.close());

  it("is told from one whose services are gone, and is healthy again when the database is back", async () => {
    const cli = cliFor({ SWITCHYARD_ADDRESS: system.addresses.grpc });
    expect((await examined(cli)).failed).toEqual([]);
    line.refuse(true);
    line.cut();
    const { code, told, failed, worst } = await examined(cli, "--timeout", "2s");
    expect(code).toBe(1);
    expect(failed).toEqual(expect.arrayContaining(["scheduler", "runners", "log store", "catalog"]));
    for (const check of ["connect", "authentication", "health"])
      expect(worst.get(check)).toMatchObject({ verdict: "ok" });
    expect(told.find(({ check }) => check === "scheduler")).toMatchObject({
      message: "its database doesn't answer",
      advice: expect.stringContaining("PostgreSQL"),
    });
    expect(worst.get("log store")).toMatchObject({ advice: expect.stringContaining("PostgreSQL") });
    line.refuse(false);
    await eventually(async () => expect((await examined(cli, "--timeout", "2s")).failed).toEqual([]), {
      timeoutMs: 60_000,
    });
  });
});

describe("a system with certificates", () => {
  const hours = (count: number) => new Date(Date.now() + count * 3_600_000);
  const long = hours(24 * 30);
  let authority: TestAuthority;
  let directories: Awaited<ReturnType<typeof temporaryDirectory>>[];
  let options: readonly string[];

  /** Gives the system, or the caller, a certificate that ends then. */
  const issue = async (whose: "system" | "caller", until: Date) =>
    writeTlsFiles(directories[whose === "system" ? 0 : 1]?.path as string, {
      ...(await authority.issue({ until })),
      ca: authority.ca,
    });
  const examine = (...argv: readonly string[]) =>
    examined(
      cliFor({ SWITCHYARD_ADDRESS: system.addresses.grpc }),
      "--ops-address",
      `https://${system.addresses.ops}`,
      ...argv,
    );

  beforeEach(async () => {
    authority = await createTestAuthority();
    directories = [await temporaryDirectory(), await temporaryDirectory()];
    const paths = await issue("system", long);
    const own = await issue("caller", long);
    options = ["--tls-ca", own.ca, "--tls-cert", own.cert, "--tls-key", own.key];
    system = await startSystemOn(database, {
      ...{ ...small, TLS_CERT_PATH: paths.cert, TLS_KEY_PATH: paths.key, TLS_CA_PATH: paths.ca },
      ...{ TLS_RELOAD_INTERVAL: "50ms", OPS_TLS: "on" },
      // Its page then has the certificates of two listeners.
      ...{ HTTP_TLS_CERT_PATH: paths.cert, HTTP_TLS_KEY_PATH: paths.key },
    });
  });
  afterEach(async () => {
    for (const directory of directories) await directory.remove();
  });

  it("is healthy, until its certificate nears its end, and then ends", async () => {
    const healthy = await examine(...options);
    expect({ code: healthy.code, told: healthy.told.filter(({ verdict }) => verdict !== "ok") }).toEqual({
      code: 0,
      told: [],
    });
    await issue("system", hours(24 * 13));
    await eventually(async () => {
      const { code, worst } = await examine(...options);
      expect(code).toBe(0);
      expect(worst.get("connect")).toMatchObject({ verdict: "warn", advice: expect.stringContaining("two weeks") });
    });
    await issue("system", hours(-0.5));
    await eventually(async () => {
      const { code, failed, worst } = await examine(...options);
      expect({ code, failed }).toEqual({ code: 1, failed: ["connect", "readiness"] });
      for (const check of failed)
        expect(worst.get(check)).toMatchObject({
          message: expect.stringMatching(/expired/i),
          advice: "Renew the server's certificate.",
        });
      expect(worst.get("scheduler")).toMatchObject({ verdict: "skip" });
    });
  });

  it("refuses a caller without a certificate, or with one that has ended, and it is said what to give", async () => {
    await issue("caller", hours(24));
    expect((await examine(...options)).told.find(({ verdict }) => verdict === "warn")).toMatchObject({
      message: expect.stringContaining("own certificate"),
      advice: expect.stringContaining("--tls-cert"),
    });
    await issue("caller", hours(-0.5));
    for (const shown of [options, options.slice(0, 2)]) {
      const { failed, told } = await examine(...shown);
      expect(failed).toEqual(["connect"]);
      expect(told.filter(({ verdict }) => verdict === "fail").at(-1)).toMatchObject({
        message: expect.stringContaining("ends the connection at once"),
        advice: expect.stringContaining("--tls-cert"),
      });
    }
  });

  it("is not taken for one that is gone when it is asked in plain text", async () => {
    const { failed, worst } = await examine();
    expect(failed).toContain("connect");
    expect(worst.get("connect")).toMatchObject({ advice: expect.stringContaining("--tls-ca") });
  });
});
