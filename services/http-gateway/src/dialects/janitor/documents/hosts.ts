import { timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Core } from "../core-access.js";
import { collectionNames } from "../names.js";
import { sharedRead } from "./shared-read.js";
import { listDocuments, putExpiring, writeAll } from "./shared.js";

const collection = collectionNames.hosts;

/** Leaves a host alone for a while. @param fromMs when it refused, in milliseconds since 1970 */
export async function restHost(core: Core, host: string, fromMs: number): Promise<void> {
  const untilMs = fromMs + core.config.hostRestMs;
  if (untilMs <= Date.now()) return;
  await writeAll(core, [putExpiring(collection, host, {}, timestampFromMs(untilMs))]);
  lastRead.get(core.core)?.set(host, new Date(untilMs));
}

const reads = new WeakMap<Core["core"], () => Promise<readonly string[]>>();
/** What this gateway read last, or let rest itself since. */
const lastRead = new WeakMap<Core["core"], Map<string, Date>>();

/** Names of the hosts that are left alone, as far as this gateway knows without a look. */
export function knownRestingHostNames(core: Core): readonly string[] {
  const now = Date.now();
  const known = [...(lastRead.get(core.core) ?? [])];
  return known.filter(([, until]) => until.getTime() > now).map(([host]) => host);
}

/**
 * Names of the hosts that are left alone. Every call for work asks, so that calls share their reads; none is answered with
 * what was before it, whichever gateway let a host rest.
 */
export function restingHostNames(core: Core): Promise<readonly string[]> {
  let read = reads.get(core.core);
  if (read === undefined) {
    read = sharedRead(async () => {
      const hosts = await restingHosts(core);
      lastRead.set(core.core, hosts);
      return [...hosts.keys()];
    });
    reads.set(core.core, read);
  }
  return read();
}

/** Hosts that are left alone now, with the times until which they are. */
export async function restingHosts(core: Core): Promise<Map<string, Date>> {
  const hosts = new Map<string, Date>();
  for await (const { key, expireTime } of listDocuments(core, { collection }))
    if (expireTime !== undefined) hosts.set(key, timestampDate(expireTime));
  return hosts;
}
