import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { requireNamespace } from "@switchyard/service-kit";
import type { Tenure } from "../../domain/sharding/tenure.js";
import { type CallRouter, within } from "./call-router.js";

/** A call with items of several namespaces, each of which is answered by a result. */
export interface Batch<Item, Result> {
  readonly method: DescMethod;
  readonly context: HandlerContext;
  readonly items: readonly Item[];
  /** The request with some of the items. */
  readonly request: (items: readonly Item[]) => Message;
  /** Results of an answer. */
  readonly results: (answer: Message) => readonly Result[];
  /** Answers items here. */
  readonly here: (items: readonly Item[]) => Promise<Message>;
}

interface Group {
  readonly shard: number;
  /** Undefined: this replica. */
  readonly address: string | undefined;
  readonly tenures: Set<Tenure>;
  readonly indices: number[];
}

/**
 * Answers a batch by the owners of its items, each of which gets its part; the results are put together in order. Items whose owner has just changed are sent again.
 * Any other failure of a part fails the call: what the other parts have done is found again when it is repeated.
 */
export async function routeBatch<Item extends { readonly namespace: string }, Result>(
  router: CallRouter,
  batch: Batch<Item, Result>,
): Promise<{ readonly answer: Message } | { readonly results: Result[] }> {
  const { items, context } = batch;
  const all = tenuresHere(router, items);
  if (all) {
    try {
      return { answer: await within(all, () => batch.here(items)) };
    } catch (error) {
      if (!router.mayTryAgain(error, context)) throw error;
    }
  }
  for (const { namespace } of items) requireNamespace(context, namespace);
  const results = new Array<Result>(items.length);
  let left = items.map((_, i) => i);
  for (const tries = router.tries(context); ; ) {
    const { groups, lost } = await groupByOwner(router, batch, left);
    const outcomes = await Promise.allSettled(groups.map((group) => answerGroup(router, batch, group)));
    left = lost;
    for (const [i, outcome] of outcomes.entries()) {
      const { indices } = groups[i] as Group;
      if (outcome.status === "fulfilled") {
        for (const [j, index] of indices.entries()) results[index] = outcome.value[j] as Result;
      } else if (router.mayTryAgain(outcome.reason, context)) left.push(...indices);
      else throw outcome.reason;
    }
    if (left.length === 0) return { results };
    await tries.next(await router.locator.locate((items[left[0] as number] as Item).namespace));
  }
}

/** The tenures of all items; undefined when one of them is not here, or not known to be. */
function tenuresHere(router: CallRouter, items: readonly { readonly namespace: string }[]): Tenure[] | undefined {
  const tenures = new Set<Tenure>();
  let seen: string | undefined;
  for (const { namespace } of items) {
    if (namespace === seen) continue;
    seen = namespace;
    const shard = router.locator.known(namespace);
    const tenure = shard === undefined ? undefined : router.keeper.tenure(shard);
    if (!tenure?.isOpen || !tenure.owner.term) return undefined;
    tenures.add(tenure);
  }
  return [...tenures];
}

async function groupByOwner<Item extends { readonly namespace: string }, Result>(
  router: CallRouter,
  { items, context }: Batch<Item, Result>,
  indices: readonly number[],
): Promise<{ readonly groups: readonly Group[]; readonly lost: number[] }> {
  const groups = new Map<string, Group>();
  const lost: number[] = [];
  for (const index of indices) {
    const { namespace } = items[index] as Item;
    const shard = await router.locator.locate(namespace);
    const target = await router.target(shard, context, namespace);
    if (!target) {
      lost.push(index);
      continue;
    }
    const address = "address" in target ? target.address : undefined;
    const group = groups.get(address ?? "") ?? { shard, address, tenures: new Set(), indices: [] };
    groups.set(address ?? "", group);
    if ("tenure" in target) group.tenures.add(target.tenure);
    group.indices.push(index);
  }
  return { groups: [...groups.values()], lost };
}

async function answerGroup<Item, Result>(
  router: CallRouter,
  { method, context, items, request, results, here }: Batch<Item, Result>,
  { shard, address, tenures, indices }: Group,
): Promise<readonly Result[]> {
  const part = indices.map((index) => items[index] as Item);
  if (address === undefined) return results(await within([...tenures], () => here(part)));
  return results(await router.forward(address, shard, { method, context, request: request(part) }));
}
