import { type Clock, sleep } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import type { Pool } from "@switchyard/postgres";
import { wipeArrivals } from "../../store/arrivals.js";
import { clearDepartures } from "../../store/departures.js";
import { rowOf, switchShard } from "../../store/move-namespace.js";
import type { Term } from "../../store/term.js";
import { CarriedNamespace } from "./carried-namespace.js";
import type { ShardDatabase } from "./databases.js";
import type { Locator } from "./locator.js";
import { notOwner } from "./not-owner.js";
import type { ShardKeeper } from "./shard-keeper.js";

/** What a move works with. */
export interface MoveDeps {
  readonly keeper: ShardKeeper;
  readonly locator: Locator;
  /** All databases, the home one first. */
  readonly databases: readonly [ShardDatabase, ...ShardDatabase[]];
  readonly clock: Clock;
}

/** How far a move is. */
export interface MoveStep {
  readonly phase: "COPYING" | "CLOSED" | "CLEANING" | "MOVED";
  /** Rows that were copied so far; none within one database. */
  readonly rows: number;
}

/** A move with its ends. */
interface Move {
  readonly namespace: string;
  readonly source: number;
  readonly target: number;
}

/** How often the owner tries to close the namespace at a moment at which all is summed up. */
const attempts = 5;

/** How long the owner of a shard may take to load it, ms. */
const loadMs = 30_000;

/**
 * Moves a namespace to another shard; runs at the owner of its present shard. That ends its term in good order, writes down that the other
 * shard has the namespace, and begins its next term without. The other shard's owner begins a new term with it. Calls wait meanwhile.
 *
 * Within one database the row of the namespace is the commit point; between two it is that of its placement, and all rows are copied before: most of them while the
 * namespace is in use. A move that broke off before the commit point is begun anew when it is repeated, one that broke off behind it is
 * finished by the first call, or when it is repeated.
 */
export async function* moveNamespace(deps: MoveDeps, namespace: string, target: number): AsyncGenerator<MoveStep> {
  const { locator, keeper } = deps;
  const source = await locator.locate(namespace);
  let rows = 0;
  if (source !== target) {
    const move = { namespace, source, target };
    const [from, to] = [keeper.seen(source)?.database, keeper.seen(target)?.database];
    if (!from || !to) throw notOwner(source);
    if (from === to) {
      yield { phase: "CLOSED", rows };
      await closeFor(keeper, source, (pool, term) => switchWithin(locator, move, pool, term));
    } else {
      for await (const step of carryOver(deps, move, from.pool, to.pool)) {
        ({ rows } = step);
        yield step;
      }
    }
  }
  yield { phase: "CLEANING", rows };
  await locator.adopt(namespace, target);
  await loaded(deps, target);
  await cleared(deps, namespace);
  yield { phase: "MOVED", rows };
}

async function switchWithin(locator: Locator, { namespace, target }: Move, pool: Pool, term: Term): Promise<boolean> {
  const outcome = await switchShard(pool, term, namespace, target);
  if (outcome === "sums are behind") return false;
  // One that is not here was moved before, by a call that broke off behind its commit; or the caller has old news.
  if (outcome === "not here" && (await rowOf(pool, namespace))?.shard !== target) {
    await locator.placed(namespace);
    throw notOwner(term.shard);
  }
  await locator.move(namespace, target);
  return true;
}

async function* carryOver(deps: MoveDeps, move: Move, from: Pool, to: Pool): AsyncGenerator<MoveStep> {
  const { keeper, locator, databases } = deps;
  const { namespace, source, target } = move;
  // First what earlier moves have left undone, here or there.
  await locator.adopt(namespace, source);
  await loaded(deps, source);
  await cleared(deps, namespace);
  const home = databases[0].controlPool;
  const carried = await CarriedNamespace.begin({ home, from, to, namespace, source, target });
  if (!carried) {
    await locator.placed(namespace);
    throw notOwner(source);
  }
  const running = () => {
    const term = keeper.tenure(source)?.owner.term;
    if (!term) throw notOwner(source);
    return { published: term.feed.published, now: term.clock.now() };
  };
  // What the move before this one has copied, if it broke off.
  await wiped(deps, namespace);
  for await (const rows of carried.copyInUse(running)) yield { phase: "COPYING", rows };
  yield { phase: "CLOSED", rows: carried.rows };
  await closeFor(keeper, source, (_, term) => carried.copyRestAndCommit(term));
  await locator.placed(namespace);
}

/** Ends the term of a shard in good order, does a step that is false while the sums are behind, and begins the next term. */
async function closeFor(
  keeper: ShardKeeper,
  source: number,
  step: (pool: Pool, term: Term) => Promise<boolean>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const tenure = keeper.tenure(source);
    if (!tenure?.isOpen || !tenure.owner.term) throw notOwner(source);
    const { pool } = tenure.owner.term;
    let isDone = false;
    await tenure.reload(async (term) => {
      isDone = await step(pool, term);
    });
    if (isDone) return;
    if (attempt === attempts)
      throw new SwitchyardError("SHARD_LOST", "events come faster than they are summed up; repeat the call");
  }
}

/** Returns when the owner of a shard has begun the term that its newest namespaces ask for. */
async function loaded({ keeper, clock }: MoveDeps, shard: number): Promise<void> {
  await until(clock, `shard ${shard} is not loaded yet`, async () => {
    await keeper.refresh();
    return keeper.ownerOf(shard).epoch > (keeper.seen(shard)?.staleEpoch ?? 0);
  });
}

/** Removes what moves of a namespace have left in databases in which it does not live. Its shard must have taken in what it has brought. */
async function cleared(deps: MoveDeps, namespace: string): Promise<void> {
  await wiped(deps, namespace);
  for (const { pool } of deps.databases)
    await until(deps.clock, "the shard that the namespace has left is not loaded yet", () =>
      clearDepartures(pool, namespace),
    );
}

async function wiped({ databases }: MoveDeps, namespace: string): Promise<void> {
  for (const { pool } of databases) await wipeArrivals(databases[0].controlPool, pool, namespace);
}

/** @throws SwitchyardError `OWNER_UNKNOWN` when it is not so in time */
async function until(clock: Clock, otherwise: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = clock.monotonicMs() + loadMs;
  while (!(await isSo())) {
    if (clock.monotonicMs() > end) throw new SwitchyardError("OWNER_UNKNOWN", otherwise);
    await sleep(clock, 50);
  }
}
