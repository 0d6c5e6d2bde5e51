/**
 * Tells whether a host name is on a list of names, letter case ignored. `*.example.org` stands for every name below `example.org`
 * and not for itself; `*` stands for every name.
 */
export function isListedHost(host: string, list: readonly string[]): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return list.some((item) => {
    const pattern = item.toLowerCase();
    if (pattern === "*") return true;
    return pattern.startsWith("*.") ? name.endsWith(pattern.slice(1)) : name === pattern;
  });
}
