import type { Pool } from "@switchyard/postgres";

/** A replica as the others see it. */
export interface Replica {
  readonly id: string;
  /** `host:port`; empty while the others can't reach it. */
  readonly address: string;
  /** It gives its shards away and takes none. */
  readonly stopping: boolean;
}

/** Says that a replica is alive for so many more milliseconds, and returns all that are, itself included. */
export async function beat(home: Pool, self: Replica, aliveMs: number): Promise<Replica[]> {
  const { rows } = await home.query<Replica>(
    `with mine as (
       insert into scheduler.replicas (id, address, stopping, alive_until)
       values ($1, $2, $3, clock_timestamp() + $4 * interval '1 millisecond')
       on conflict (id) do update set address = excluded.address, stopping = excluded.stopping, alive_until = excluded.alive_until)
     select id, address, stopping from scheduler.replicas where alive_until > clock_timestamp() and id <> $1`,
    [self.id, self.address, self.stopping, aliveMs],
  );
  return [...rows, self];
}

/** A replica has ended. Those that ended long ago without a word are forgotten with it. */
export async function forgetReplica(home: Pool, id: string): Promise<void> {
  await home.query(
    "delete from scheduler.replicas where id = $1 or alive_until < clock_timestamp() - interval '1 hour'",
    [id],
  );
}
