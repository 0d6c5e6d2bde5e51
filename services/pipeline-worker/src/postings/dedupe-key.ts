/** What tells postings apart. */
export interface PostingIdentity {
  readonly source: string;
  /** The source's own id; blank or null where it has none. */
  readonly sourceId?: string | null;
  readonly company: string;
  readonly title: string;
  readonly location: string;
}

/** The key under which a posting is the same wherever it is met again: its id at the source, else company, title and place. */
export function dedupeKey({ source, sourceId, company, title, location }: PostingIdentity): string {
  if (sourceId) return `${source}|${sourceId}`;
  return [source, ...[company, title, location].map(plain)].join("|");
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}
