import { SwitchyardError } from "@switchyard/errors";
import { switchShard } from "../../store/move-namespace.js";
import type { Locator } from "./locator.js";
import { notOwner } from "./not-owner.js";
import type { ShardKeeper } from "./shard-keeper.js";

/** The steps of a move. */
export type MovePhase = "CLOSED" | "CLEANING" | "MOVED";

/** How often the owner tries to close the namespace at a moment at which all is summed up. */
const attempts = 5;

/** How long the owner of the other shard may take to load it, ms. */
const loadMs = 30_000;

/**
 * Moves a namespace to another shard of the same database; runs at the owner of its present shard. That ends its term in good order, writes down that the other
 * shard has the namespace, and begins its next term without. The other shard's owner begins a new term with it. Calls wait meanwhile.
 *
 * The row of the namespace is the commit point. A move that broke off behind it is finished by the first call, or when it is repeated.
 */
export async function* moveNamespace(
  keeper: ShardKeeper,
  locator: Locator,
  namespace: string,
  target: number,
): AsyncGenerator<MovePhase> {
  const source = await locator.locate(namespace);
  if (source !== target) {
    const [from, to] = [keeper.seen(source)?.database, keeper.seen(target)?.database];
    if (from === undefined || from !== to)
      throw new SwitchyardError("UNIMPLEMENTED", "a namespace can be moved between shards of one database only");
    yield "CLOSED";
    await closeAndSwitch(keeper, locator, namespace, source, target);
  }
  yield "CLEANING";
  await loaded(keeper, target);
  yield "MOVED";
}

async function closeAndSwitch(
  keeper: ShardKeeper,
  locator: Locator,
  namespace: string,
  source: number,
  target: number,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const tenure = keeper.tenure(source);
    if (!tenure?.isOpen || !tenure.owner.term) throw notOwner(source);
    const { pool } = tenure.owner.term;
    let isSwitched = false;
    await tenure.reload(async (term) => {
      const outcome = await switchShard(pool, term, namespace, target);
      // Moved before, by a call that broke off behind its commit.
      isSwitched = outcome !== "sums are behind";
      if (isSwitched) await locator.move(namespace, target);
    });
    if (isSwitched) return;
    if (attempt === attempts)
      throw new SwitchyardError("SHARD_LOST", "events come faster than they are summed up; repeat the call");
  }
}

/** Returns when the owner of a shard has begun the term that its newest namespaces ask for. */
async function loaded(keeper: ShardKeeper, shard: number): Promise<void> {
  const until = performance.now() + loadMs;
  for (;;) {
    await keeper.refresh();
    const { epoch } = keeper.ownerOf(shard);
    if (epoch > (keeper.seen(shard)?.staleEpoch ?? 0)) return;
    if (performance.now() > until) throw new SwitchyardError("OWNER_UNKNOWN", `shard ${shard} is not loaded yet`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
