/**
 * Writes settings as the `options` start-up parameter (`-c name=value ...`), so that they hold from the first statement on
 * and cost no round trip. Undefined values are left out; spaces in values are escaped.
 */
export function sessionOptions(settings: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `-c ${name}=${String(value).replace(/[\\ ]/g, "\\$&")}`)
    .join(" ");
}
