const prefix = "tag/";

/** Tags as labels: a runner carries its own, a job requires its definition's. Only their presence counts. */
export function tagLabels(tags: readonly string[]): Record<string, string> {
  return Object.fromEntries(tags.map((tag) => [`${prefix}${tag}`, ""]));
}

/** The tags among labels. */
export function tagsOfLabels(labels: Readonly<Record<string, string>>): string[] {
  return Object.keys(labels).flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
}
