/** One page of a list, as every list call of the contracts answers. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextPageToken: string;
}

/** What was read of a list. */
export interface Listed<Item> {
  readonly items: Item[];
  /** There is more than was asked for. */
  readonly more: boolean;
}

const largestPage = 1_000;

/** Reads a list page by page up to a number of items; 0 is all of it. */
export async function readPages<Item>(
  limit: number,
  read: (page: { readonly pageSize: number; readonly pageToken: string }) => Promise<Page<Item>>,
): Promise<Listed<Item>> {
  const items: Item[] = [];
  let pageToken = "";
  for (;;) {
    const wanted = limit === 0 ? largestPage : limit - items.length;
    const page = await read({ pageSize: Math.min(largestPage, wanted), pageToken });
    items.push(...page.items);
    pageToken = page.nextPageToken;
    if (pageToken === "") return { items, more: false };
    if (limit !== 0 && items.length >= limit) return { items, more: true };
  }
}
