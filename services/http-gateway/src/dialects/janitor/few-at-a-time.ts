/**
 * Calls a function for every item, so many at a time; answers in the order of the items. Ends with the first failure.
 *
 * @param atOnce how many calls are under way together
 */
export async function fewAtATime<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  call: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += atOnce)
    results.push(...(await Promise.all(items.slice(from, from + atOnce).map(call))));
  return results;
}
