import "./provided.js";
import { createHash, randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { withAdmin, withDatabase } from "./admin.js";
import { trackLeaks } from "./leaks.js";
import { runPrefix } from "./test-run.js";

/** Options of {@link createTestDatabase}. */
export interface TestDatabaseOptions {
  /** Names the template within the run. Files with the same key share it, so the same key must mean the same migrations. */
  readonly templateKey: string;
  /** Brings an empty database up to date. It must close all its connections: a template with one open cannot be cloned. */
  readonly migrate: (url: string) => Promise<void>;
  /** Whether `drop()` throws when connections were left open. Default `fail`; `ignore` for tests that kill their clients. */
  readonly leaks?: "fail" | "ignore";
  /** How long connections may take to close before they count as left open. Default 20 000 ms. */
  readonly leakGraceMs?: number;
}

/** A database of a test file's own. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /**
   * Complains about whatever is still connected, and has the database dropped with it. That is not waited for: it takes a checkpoint of
   * the whole server. May be called twice.
   */
  drop(): Promise<void>;
}

/** First key of the advisory locks by which files agree on who makes a template. */
const LOCK_CLASS = 7_398;

/** Clones that stand ready, by template. */
const spares = new Map<string, Promise<string>>();
/** Templates that were asked for in this process before: one that comes twice comes more often. */
const askedFor = new Set<string>();

/**
 * Gives a test file a migrated database of its own: the migrations run once per key and run of the suite into a template, of which each
 * call gets a clone. One takes 75 to 340 ms on two shared cores; so the next one is made while a test runs. Works only below vitest with
 * this library's global set-up.
 */
export async function createTestDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const adminUrl = inject("postgresUrl");
  const prefix = runPrefix(inject("testRunId"));
  const template = `${prefix}template_${createHash("sha256").update(options.templateKey).digest("hex").slice(0, 12)}`;
  const clone = () => makeClone(adminUrl, { prefix, template, migrate: options.migrate });

  const spare = spares.get(template);
  spares.delete(template);
  const name = (await spare?.catch(() => undefined)) ?? (await clone());
  if (askedFor.has(template) && !spares.has(template)) {
    const next = clone();
    spares.set(template, next);
    // Whoever takes it makes one of their own then.
    next.catch(() => undefined);
  }
  askedFor.add(template);

  let dropping: Promise<void> | undefined;
  const drop = async () => {
    const check = options.leaks === "ignore" ? undefined : trackLeaks(adminUrl, name, options.leakGraceMs).assertNone();
    try {
      await check;
    } finally {
      dropLater(adminUrl, name);
    }
  };
  return {
    url: withDatabase(adminUrl, name),
    name,
    drop: () => {
      dropping ??= drop();
      return dropping;
    },
  };
}

/** The last drop of this process; one after the other, so that they leave the server to the tests. */
let lastDrop: Promise<unknown> = Promise.resolve();

function dropLater(adminUrl: string, name: string): void {
  const drop = () =>
    withAdmin(adminUrl, (client) => client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`));
  // What is left goes with the server, or at the end of the run.
  lastDrop = lastDrop.then(drop).catch(() => undefined);
}

interface CloneOptions {
  readonly prefix: string;
  readonly template: string;
  readonly migrate: TestDatabaseOptions["migrate"];
}

async function makeClone(adminUrl: string, { prefix, template, migrate }: CloneOptions): Promise<string> {
  const name = `${prefix}${randomBytes(6).toString("hex")}`;
  await withAdmin(adminUrl, async (client) => {
    await client.query("select pg_advisory_lock($1, hashtext($2))", [LOCK_CLASS, template]);
    try {
      if (!(await databaseExists(client, template))) await makeTemplate(client, adminUrl, template, migrate);
      // Cloned under the lock too: the template must not be connected to or cloned twice at a time.
      await client.query(`create database ${pg.escapeIdentifier(name)} template ${pg.escapeIdentifier(template)}`);
    } finally {
      await client.query("select pg_advisory_unlock($1, hashtext($2))", [LOCK_CLASS, template]);
    }
  });
  return name;
}

/** Migrates under a draft name, so that a failed migration leaves no half template. */
async function makeTemplate(
  client: pg.ClientBase,
  adminUrl: string,
  template: string,
  migrate: (url: string) => Promise<void>,
): Promise<void> {
  const draft = `${template}_draft`;
  await client.query(`drop database if exists ${pg.escapeIdentifier(draft)} with (force)`);
  await client.query(`create database ${pg.escapeIdentifier(draft)}`);
  await migrate(withDatabase(adminUrl, draft));
  await trackLeaks(adminUrl, draft).assertNone();
  await client.query(`alter database ${pg.escapeIdentifier(draft)} rename to ${pg.escapeIdentifier(template)}`);
}

async function databaseExists(client: pg.ClientBase, name: string): Promise<boolean> {
  const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
  return rowCount !== 0;
}
