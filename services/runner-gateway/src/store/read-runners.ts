import type { RunnerRow } from "../domain/runner-record.js";
import type { Queryable } from "./database.js";

interface Row {
  namespace: string;
  id: string;
  name: string;
  labels: Record<string, string>;
  slots: number;
  presence_ms: number;
  spec: Buffer;
  draining: boolean;
  paused: boolean;
  version: string;
  hostname: string;
  registered_at: Date;
  revoked_at: Date | null;
  last_seen_at: Date | null;
  present: boolean;
  completed: number;
  failed: number;
  lost: number;
  digest: string | null;
  prefix: string | null;
  expires_at: Date | null;
}

const select = `
  select r.*, a.last_seen_at, a.present, a.completed, a.failed, a.lost,
         encode(c.digest, 'hex') as digest, c.prefix, c.expires_at
    from runners.runners r
    join runners.activity a on (a.namespace, a.runner_id) = (r.namespace, r.id)
    left join runners.credentials c on (c.namespace, c.runner_id) = (r.namespace, r.id) and c.revoked_at is null`;

/** Reads one runner; undefined when it is not registered. */
export async function findRunner(db: Queryable, namespace: string, id: string): Promise<RunnerRow | undefined> {
  const { rows } = await db.query<Row>({
    name: "runner-gateway find-runner",
    text: `${select} where r.namespace = $1 and r.id = $2`,
    values: [namespace, id],
  });
  return rows[0] && fromRow(rows[0]);
}

/** Selects runners; unset fields select all. */
export interface RunnerSelection {
  readonly namespace: string;
  readonly name?: string | undefined;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Reads all runners of a selection by id, bytewise. */
export async function listRunners(db: Queryable, selection: RunnerSelection): Promise<RunnerRow[]> {
  const { rows } = await db.query<Row>({
    name: "runner-gateway list-runners",
    text: `${select}
      where r.namespace = $1 and ($2::text is null or r.name = $2) and r.labels @> $3::jsonb
      order by r.id collate "C"`,
    values: [selection.namespace, selection.name ?? null, JSON.stringify(selection.labels ?? {})],
  });
  return rows.map(fromRow);
}

function fromRow(row: Row): RunnerRow {
  return {
    namespace: row.namespace,
    id: row.id,
    spec: row.spec,
    name: row.name,
    labels: row.labels,
    slots: row.slots,
    presenceMs: row.presence_ms,
    draining: row.draining,
    paused: row.paused,
    version: row.version,
    hostname: row.hostname,
    registeredAtMs: row.registered_at.getTime(),
    revokedAtMs: row.revoked_at?.getTime(),
    lastSeenAtMs: row.last_seen_at?.getTime(),
    present: row.present,
    completed: row.completed,
    failed: row.failed,
    lost: row.lost,
    credential:
      row.digest === null
        ? undefined
        : { digest: row.digest, prefix: row.prefix ?? "", expiresAtMs: row.expires_at?.getTime() },
  };
}
