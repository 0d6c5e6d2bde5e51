import { z } from "zod";

const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sizeUnits: Readonly<Record<string, number>> = { "": 1, b: 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

/** Any text; `min` characters at least. */
export function text(min = 1) {
  return z.string().min(min, `needs ${min} or more characters`);
}

/** A duration, `250ms`, `30s`, `5m`, `2h` or `7d`, as milliseconds. A bare number counts milliseconds. */
export function durationMs() {
  return parsed("a duration such as 250ms, 30s, 5m, 2h or 7d", (value) => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(value);
    return match === null ? undefined : Number(match[1]) * (durationUnits[match[2] ?? "ms"] as number);
  });
}

/** A size, `512`, `64KiB`, `4MiB` or `1GiB`, as bytes. */
export function sizeBytes() {
  return parsed("a size such as 512, 64KiB, 4MiB or 1GiB", (value) => {
    const match = /^(\d+)(b|kib|mib|gib)?$/i.exec(value);
    return match === null ? undefined : Number(match[1]) * (sizeUnits[(match[2] ?? "").toLowerCase()] as number);
  });
}

/** A whole number between two bounds. */
export function integer({ min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {}) {
  return parsed(`a whole number from ${min} to ${max}`, (value) => {
    const number = Number(value);
    return /^-?\d+$/.test(value) && number >= min && number <= max ? number : undefined;
  });
}

/** A switch: `true`, `1`, `yes`, `on`, or `false`, `0`, `no`, `off`. */
export function flag() {
  return parsed("true or false", (value) => {
    if (/^(?:true|1|yes|on)$/i.test(value)) return true;
    return /^(?:false|0|no|off)$/i.test(value) ? false : undefined;
  });
}

/** A listening or dialling address, `host:port`; an IPv6 host stands in brackets. Kept as text. */
export function hostPort() {
  return parsed("host:port, such as 127.0.0.1:7401", (value) =>
    splitHostPort(value) === undefined ? undefined : value,
  );
}

/** Where a service is: `host:port` of each of its replicas, separated by commas; a name may stand for several of them. */
export function hostPorts() {
  return parsed("host:port, or several of them separated by commas", (value) => {
    const addresses = value.split(",").map((address) => address.trim());
    return addresses.every((address) => splitHostPort(address) !== undefined) ? addresses : undefined;
  });
}

/** Items separated by commas, blanks around them dropped, empty ones too. */
export function list() {
  return z.string().transform((value) =>
    value
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== ""),
  );
}

/** JSON that fits a schema. The text is not repeated in problems, since it may hold secrets. */
export function json<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value);
      } catch {
        context.addIssue({ code: "custom", message: "is not JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

/** The two parts of `host:port`, without brackets, or undefined when the text is not of that form. */
export function splitHostPort(value: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/]+)):(\d{1,5})$/.exec(value);
  if (match === null || Number(match[3]) > 65_535) return undefined;
  return { host: (match[1] ?? match[2]) as string, port: Number(match[3]) };
}

function parsed<T>(expected: string, parse: (value: string) => T | undefined) {
  return z.string().transform((value, context): T => {
    const result = parse(value.trim());
    if (result !== undefined) return result;
    context.addIssue({ code: "custom", message: `expected ${expected}, got ${JSON.stringify(value)}` });
    return z.NEVER;
  });
}
