/** Some members of an object; null counts as absent. */
export function pick(from: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  const found = names.flatMap((name): [string, unknown][] => {
    const value = Object.hasOwn(from, name) ? from[name] : undefined;
    return value === undefined || value === null ? [] : [[name, value]];
  });
  return Object.fromEntries(found);
}
