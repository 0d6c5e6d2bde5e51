import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { eventually } from "@switchyard/testkit";
import { copyAsStandby } from "./base-backup.js";
import { type Ending, type Server, startServer } from "./server.js";

/** A primary, and a standby that has every commit on its disk before the primary acknowledges it. */
export interface PostgresPair {
  /** The server that takes writes now. */
  readonly primary: Server;
  /** Makes a standby of the present primary, and lets commits wait for it from then on. Does nothing when there is one. */
  addStandby(): Promise<void>;
  /** Whether there is a standby that has all that was acknowledged. */
  readonly hasStandby: boolean;
  /** Ends the primary and starts it again. */
  restart(how: Exclude<Ending, "kill">): Promise<void>;
  /**
   * Kills the primary for good and promotes the standby. Returns when that takes writes; it has no standby of its own then.
   *
   * @throws Error when there is no standby
   */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a primary in a directory. */
export async function startPostgresPair(directory: string): Promise<PostgresPair> {
  let number = 0;
  let primary = await startServer(join(directory, "server-0"));
  let standby: Server | undefined;

  const nextDirectory = () => {
    number += 1;
    return join(directory, `server-${number}`);
  };

  return {
    get primary() {
      return primary;
    },
    get hasStandby() {
      return standby !== undefined;
    },
    async addStandby() {
      if (standby !== undefined) return;
      const place = nextDirectory();
      await copyAsStandby(primary, place);
      const { username, password, port } = new URL(primary.url);
      const made = await startServer(place, `host=127.0.0.1 port=${port} user=${username} password=${password}`);
      await primary.query("alter system set synchronous_standby_names = '*'");
      await primary.query("select pg_reload_conf()");
      await eventually(
        async () => {
          const rows = await primary.query<{ sync_state: string }>("select sync_state from pg_stat_replication");
          if (!rows.some(({ sync_state }) => sync_state === "sync")) throw new Error("no standby is synchronous yet");
        },
        { timeoutMs: 60_000, intervalMs: 100 },
      );
      standby = made;
    },
    async restart(how) {
      await primary.end(how);
      await primary.start();
    },
    async failOver() {
      if (standby === undefined) throw new Error("there is no standby");
      const [old, next] = [primary, standby];
      await old.end("kill");
      await next.query("select pg_promote(true, 60)");
      primary = next;
      standby = undefined;
      await rm(dirname(old.cluster), { recursive: true, force: true });
    },
    async stop() {
      // The standby last: a primary that ends in order waits for it.
      await primary.end("fast");
      await standby?.end("fast");
    },
  };
}
