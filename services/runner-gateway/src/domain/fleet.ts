import type { Clock } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import { inTransaction, type Pool } from "@switchyard/postgres";
import type { HeldAttempt } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { type RunnerChange, changeRunner, deleteRunner } from "../store/change-runner.js";
import { insertCredential, revokeCredentials } from "../store/credentials.js";
import { announceRunner, type Queryable } from "../store/database.js";
import { listRunners, type RunnerSelection } from "../store/read-runners.js";
import type { RunnerStore } from "../store/runner-store.js";
import type { Activity } from "./activity.js";
import type { Renewals } from "./renewals/renewals.js";
import { isPresent, type RunnerRow } from "./runner-record.js";
import { type RunnerRegistry, requireUsable } from "./runner-registry.js";
import { issueToken } from "./runner-token.js";

/** Where a runner stands; see `RunnerState` of the contract. */
export type RunnerStanding = "idle" | "busy" | "offline" | "revoked";

/** A runner as the fleet view shows it. */
export interface RunnerView {
  readonly row: RunnerRow;
  readonly standing: RunnerStanding;
  /** Live attempts, by the scheduler's word. */
  readonly held: readonly HeldAttempt[];
}

/** One page of runners. */
export interface RunnerPage {
  readonly runners: readonly RunnerView[];
  /** Id of the last runner when there are more; undefined at the end. */
  readonly next: string | undefined;
  /** All that match. */
  readonly total: number;
}

/** The operator's view of runners. Methods that name a runner throw RUNNER_NOT_FOUND when it is not registered. */
export interface Fleet {
  get(namespace: string, id: string): Promise<RunnerView>;
  /** The view of a row that was just read. @param held what the scheduler just said that it holds, if it did */
  view(row: RunnerRow, held?: readonly HeldAttempt[]): Promise<RunnerView>;
  list(
    selection: RunnerSelection,
    page: { readonly size: number; readonly after: string; readonly standings: ReadonlySet<RunnerStanding> },
  ): Promise<RunnerPage>;
  drain(namespace: string, id: string, draining: boolean): Promise<RunnerView>;
  /** Returns the runner as it was. */
  revoke(
    namespace: string,
    id: string,
    options: { readonly releaseHeld: boolean; readonly forget: boolean },
  ): Promise<RunnerView>;
  issueCredential(
    namespace: string,
    id: string,
    options: { readonly prefix: string; readonly expiresAtMs: number | undefined },
  ): Promise<{ readonly token: string; readonly runner: RunnerView }>;
  /** Changes facts that a runner says about itself. */
  change(namespace: string, id: string, change: RunnerChange): Promise<void>;
}

/** What {@link createFleet} needs. */
export interface FleetDeps {
  readonly pool: Pool;
  readonly store: Pick<RunnerStore, "change" | "findRunner">;
  readonly registry: RunnerRegistry;
  readonly renewals: Renewals;
  readonly activity: Activity;
  readonly clock: Clock;
}

/** Creates the fleet view. What a runner holds is always asked of the scheduler, for a whole list in one call. */
export function createFleet(deps: FleetDeps): Fleet {
  const { pool, store, registry, renewals, activity, clock } = deps;

  async function read(namespace: string, id: string): Promise<RunnerRow> {
    await activity.flush();
    const row = await store.findRunner(namespace, id);
    if (row === undefined) throw notFound(id);
    return row;
  }

  async function view(row: RunnerRow, known?: readonly HeldAttempt[]): Promise<RunnerView> {
    const { namespace, id } = row;
    const held = known ?? (await renewals.renew({ namespace, runnerId: id, describeHeld: true })).held;
    return { row, standing: standingOf(row, held, clock.wallMs()), held };
  }

  /** Changes a runner in one transaction and lets every replica know. */
  async function write(namespace: string, id: string, body: (db: Queryable) => Promise<unknown>): Promise<void> {
    await inTransaction(pool, async (db) => {
      await body(db);
      await announceRunner(db, namespace, id);
    });
    registry.changed(namespace, id);
  }

  async function change(namespace: string, id: string, changed: RunnerChange): Promise<void> {
    if (!(await store.change(namespace, id, changed))) throw notFound(id);
    registry.changed(namespace, id);
  }

  return {
    get: async (namespace, id) => view(await read(namespace, id)),
    view,
    async list(selection, { size, after, standings }) {
      await activity.flush();
      const rows = await listRunners(pool, selection);
      const nowMs = clock.wallMs();
      // Only idle and busy take a look at the scheduler to be told apart; without need, that look is for the page alone.
      const needsHeld = standings.size > 0 && standings.has("idle") !== standings.has("busy");
      const matching: (RunnerView | RunnerRow)[] = [];
      if (needsHeld) {
        const views = await Promise.all(
          rows.map(async (row) => (isPresent(row, nowMs) ? view(row) : absent(row, nowMs))),
        );
        matching.push(...views.filter(({ standing }) => standings.has(standing)));
      } else {
        const fits = (row: RunnerRow) => standings.size === 0 || standings.has(standingOf(row, [], nowMs));
        matching.push(...rows.filter(fits));
      }
      // The order of the database: bytewise.
      const begin = matching.findIndex((item) => compareBytes(rowOf(item).id, after) > 0);
      const page = begin < 0 ? [] : matching.slice(begin, begin + size);
      const runners = await Promise.all(page.map(async (item) => ("row" in item ? item : view(item))));
      const last = page.at(-1);
      const isEnd = begin < 0 || begin + size >= matching.length;
      return { runners, next: isEnd || last === undefined ? undefined : rowOf(last).id, total: matching.length };
    },
    async drain(namespace, id, draining) {
      await change(namespace, id, { draining });
      return view(await read(namespace, id));
    },
    async revoke(namespace, id, { releaseHeld, forget }) {
      const before = await view(await read(namespace, id));
      const now = new Date(clock.wallMs());
      await write(namespace, id, async (db) => {
        await revokeCredentials(db, namespace, id, now);
        if (forget) await deleteRunner(db, namespace, id);
        else await changeRunner(db, namespace, id, { revokedAt: now });
      });
      if (releaseHeld) await renewals.renew({ namespace, runnerId: id, leave: true });
      return before;
    },
    async issueCredential(namespace, id, { prefix, expiresAtMs }) {
      requireUsable(await read(namespace, id), id);
      const issued = issueToken(prefix);
      const now = new Date(clock.wallMs());
      await write(namespace, id, async (db) => {
        // The row lock orders two issues for one runner; the later one's token is the valid one.
        await db.query("select from runners.runners where namespace = $1 and id = $2 for update", [namespace, id]);
        await revokeCredentials(db, namespace, id, now);
        const expiresAt = expiresAtMs === undefined ? undefined : new Date(expiresAtMs);
        await insertCredential(
          db,
          { digest: issued.digest, prefix: issued.prefix, namespace, runnerId: id, expiresAt },
          now,
        );
      });
      return { token: issued.token, runner: await view(await read(namespace, id)) };
    },
    change,
  };
}

function standingOf(row: RunnerRow, held: readonly unknown[], nowMs: number): RunnerStanding {
  if (row.revokedAtMs !== undefined) return "revoked";
  if (!isPresent(row, nowMs)) return "offline";
  return held.length > 0 || row.paused ? "busy" : "idle";
}

function absent(row: RunnerRow, nowMs: number): RunnerView {
  return { row, standing: standingOf(row, [], nowMs), held: [] };
}

function rowOf(item: RunnerView | RunnerRow): RunnerRow {
  return "row" in item ? item.row : item;
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function notFound(id: string): SwitchyardError {
  return new SwitchyardError("RUNNER_NOT_FOUND", `runner ${id} is not registered`, { runner: id });
}
