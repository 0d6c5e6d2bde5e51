import fc from "fast-check";
import { markLabel, type SpecInit, type World } from "../world/world.js";
import type { Feature, ItemPart } from "./feature.js";

/** An item of a submit before it has a mark. */
export interface ItemData {
  readonly kind: number;
  readonly queue: number;
  /** What the features add, by their names. */
  readonly parts: Readonly<Record<string, unknown>>;
}

/** Kinds of jobs; two of them share a beginning. */
const kinds = ["work.a", "work.b", "other"] as const;

/** Queues of a namespace. */
export const queues = ["default", "q1"] as const;

/** Items with the parts of the features. */
export function itemsOf(features: readonly Feature[]): fc.Arbitrary<ItemData> {
  const parts = features.flatMap(({ name, item }) =>
    item ? [[name, fc.option(item.data, { freq: item.oneIn - 1, nil: undefined })] as const] : [],
  );
  return fc.record({
    kind: fc.nat(kinds.length - 1),
    queue: fc.nat(queues.length - 1),
    parts: fc.record(Object.fromEntries(parts)),
  });
}

/** The spec of an item with its mark. */
export function specOf(
  world: World,
  { kind, queue, parts }: ItemData,
  mark: string,
  place: number,
  features: readonly Feature[],
): SpecInit {
  let spec: SpecInit = {
    kind: kinds[kind] ?? kinds[0],
    queue: queues[queue] ?? queues[0],
    subject: mark,
    labels: { [markLabel]: mark },
  };
  for (const { name, item } of features) {
    const data = parts[name];
    if (item && data !== undefined) spec = { ...spec, ...(item as ItemPart<unknown>).spec(world, data, place) };
  }
  return spec;
}
