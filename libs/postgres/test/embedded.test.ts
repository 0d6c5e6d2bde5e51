import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { eventually, freePort, startProcess, type TestProcess, withTimeout } from "@switchyard/testkit";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../src/index.js";

const directories: string[] = [];
const servers: EmbeddedPostgres[] = [];
const owners: TestProcess[] = [];
const template = join(tmpdir(), `switchyard-embedded-${process.pid}-template-${Date.now()}`);

beforeAll(async () => {
  await (await startEmbeddedPostgres({ dataDir: template, persistent: true })).stop();
});

afterAll(() => rm(template, { recursive: true, force: true }));

afterEach(async () => {
  await Promise.all(owners.splice(0).map((owner) => owner.end("SIGKILL")));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  for (const directory of directories.splice(0)) {
    await eventually(async () => expect(await postmasterOf(directory)).toBeUndefined());
    await rm(directory, { recursive: true, force: true });
  }
});

function newDirectory(): string {
  const directory = join(tmpdir(), `switchyard-embedded-${process.pid}-${directories.length}-${Date.now()}`);
  directories.push(directory);
  return directory;
}

/** A directory with a cluster of its own in it. A copy, with its owner and its modes: making clusters costs most of the time here. */
async function usedDirectory(): Promise<string> {
  const directory = newDirectory();
  await promisify(execFile)("cp", ["-a", template, directory]);
  return directory;
}

const settings = { shared_buffers: "16MB" };

async function start(dataDir: string, options: Partial<Parameters<typeof startEmbeddedPostgres>[0]> = {}) {
  const server = await startEmbeddedPostgres({ dataDir, persistent: true, settings, ...options });
  servers.push(server);
  return server;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function postmasterOf(directory: string): Promise<number | undefined> {
  const text = await readFile(join(directory, "cluster/postmaster.pid"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : Number(text.split("\n")[0]);
}

/** Starts the server in a process of its own, which the test may kill. */
async function startOwner(dataDir: string, keep: "keep" | "remove"): Promise<{ owner: TestProcess; url: string }> {
  const owner = await startProcess("libs/postgres/test/embedded-owner.ts", {}, [dataDir, keep]);
  owners.push(owner);
  const [line] = await owner.line(/^\{.*\}$/, 30_000);
  return { owner, url: (JSON.parse(line) as { url: string }).url };
}

/** Kills the guardian of a directory, so that its server is left alone. Linux only. */
async function killGuardian(directory: string): Promise<void> {
  let killed = 0;
  for (const pid of await readdir("/proc")) {
    const command = /^\d+$/.test(pid) ? await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "") : "";
    const words = command.split("\0");
    if (words.includes("switchyard-postgres-guardian") && words.includes(directory)) {
      process.kill(Number(pid), "SIGKILL");
      killed++;
    }
  }
  expect(killed).toBe(1);
}

describe("startEmbeddedPostgres", () => {
  it("starts durable, in UTF-8, and keeps its data from start to start", async () => {
    const directory = newDirectory();
    const first = await start(directory, { database: "my-db" });
    const found = await query(
      first.url,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
              current_setting('shared_buffers') as buffers, current_setting('server_encoding') as encoding,
              (select datlocale from pg_database where datname = current_database()) as locale, current_database() as name`,
    );
    const durable = { fsync: "on", commit: "on" };
    expect(found).toEqual([{ ...durable, buffers: "16MB", encoding: "UTF8", locale: "C.UTF-8", name: "my-db" }]);
    await query(first.url, "create table kept as select 7 as value");
    await first.stop();
    await first.stop();
    await expect(query(first.url, "select 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });

    const port = await freePort();
    const second = await start(directory, { database: "my-db", port });
    expect(second.port).toBe(port);
    expect(await query(second.url, "select value from kept")).toEqual([{ value: 7 }]);
  });

  it("asks for its password", async () => {
    const server = await start(await usedDirectory());
    const url = new URL(server.url);
    url.password = "guess";
    await expect(query(url.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
  });

  it("removes what is not to be kept", async () => {
    const directory = await usedDirectory();
    const server = await start(directory, { persistent: false });
    expect(existsSync(directory)).toBe(true);
    await server.stop();
    expect(existsSync(directory)).toBe(false);
  });

  it("refuses a directory that is in use", async () => {
    const directory = await usedDirectory();
    const first = await start(directory);
    await expect(start(directory)).rejects.toMatchObject({
      reason: "PRECONDITION_FAILED",
      message: expect.stringContaining(`in use by process ${process.pid}`),
    });
    expect(await query(first.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("says that a port is taken", async () => {
    const first = await start(await usedDirectory());
    const error = start(await usedDirectory(), { port: first.port });
    await expect(error).rejects.toMatchObject({
      reason: "STORAGE_UNAVAILABLE",
      message: expect.stringContaining("bind"),
    });
  });

  it("does not let durability be switched off", async () => {
    await expect(start(newDirectory(), { settings: { fsync: "off" } })).rejects.toThrow("fsync");
  });

  it("refuses the data of another version", async () => {
    const directory = await usedDirectory();
    await (await start(directory)).stop();
    await writeFile(join(directory, "cluster/PG_VERSION"), "15\n");
    await expect(start(directory)).rejects.toThrow(/made by PostgreSQL 15, the embedded server is 18/);
  });

  it("tells when the server ends by itself", async () => {
    const directory = await usedDirectory();
    const ended = new Promise<Error>((resolve) => {
      void start(directory, { onUnexpectedExit: resolve }).then(async () => {
        process.kill((await postmasterOf(directory)) as number, "SIGQUIT");
      });
    });
    expect((await withTimeout(ended, 20_000, "the end")).message).toContain("ended unexpectedly");
  });
});

describe("after a kill", () => {
  it("lets the guardian stop the server of a killed process, and goes on with its data", async () => {
    const directory = await usedDirectory();
    const { owner, url } = await startOwner(directory, "keep");
    await query(url, "create table kept as select 8 as value");
    await owner.end("SIGKILL");
    await eventually(async () => expect(await postmasterOf(directory)).toBeUndefined());
    const server = await start(directory);
    expect(await query(server.url, "select value from kept")).toEqual([{ value: 8 }]);
  });

  it("lets the guardian remove what was not to be kept", async () => {
    const directory = await usedDirectory();
    const { owner } = await startOwner(directory, "remove");
    await owner.end("SIGKILL");
    await eventually(() => expect(existsSync(directory)).toBe(false));
  });

  it.runIf(process.platform === "linux")("stops an orphan whose guardian is gone too", async () => {
    const directory = await usedDirectory();
    const { owner, url } = await startOwner(directory, "keep");
    await query(url, "create table kept as select 9 as value");
    const orphan = await postmasterOf(directory);
    await killGuardian(directory);
    await owner.end("SIGKILL");
    expect(await query(url, "select 1 as one")).toEqual([{ one: 1 }]);
    const server = await start(directory);
    expect(await postmasterOf(directory)).not.toBe(orphan);
    expect(await query(server.url, "select value from kept")).toEqual([{ value: 9 }]);
  });

  it.runIf(process.platform === "linux")(
    "starts over a killed server whose id now belongs to somebody else",
    async () => {
      const directory = await usedDirectory();
      const { owner, url } = await startOwner(directory, "keep");
      await query(url, "create table kept as select 10 as value");
      await killGuardian(directory);
      process.kill((await postmasterOf(directory)) as number, "SIGKILL");
      await owner.end("SIGKILL");
      const file = join(directory, "cluster/postmaster.pid");
      const lines = (await readFile(file, "utf8")).split("\n");
      await writeFile(file, [String(process.pid), ...lines.slice(1)].join("\n"));
      const server = await start(directory);
      expect(await query(server.url, "select value from kept")).toEqual([{ value: 10 }]);
    },
  );

  it.runIf(process.platform === "linux")("does not touch a server that somebody else started", async () => {
    const directory = await usedDirectory();
    const { owner, url } = await startOwner(directory, "keep");
    const note = await readFile(join(directory, "owner.json"), "utf8");
    await rm(join(directory, "owner.json"));
    await expect(start(directory)).rejects.toThrow(/was not started by this program/);
    expect(await query(url, "select 1 as one")).toEqual([{ one: 1 }]);
    await writeFile(join(directory, "owner.json"), note);
    await owner.end("SIGKILL");
  });
});

describe.runIf(process.getuid?.() === 0)("as root", () => {
  it("names the directory that the server's user cannot enter", async () => {
    const closed = await mkdtemp(join(tmpdir(), "switchyard-closed-"));
    directories.push(closed);
    const inside = join(closed, "a/b");
    await mkdir(inside, { recursive: true });
    await expect(start(inside)).rejects.toMatchObject({
      reason: "PRECONDITION_FAILED",
      message: expect.stringContaining(`cannot enter ${closed}.`),
    });
  });
});
