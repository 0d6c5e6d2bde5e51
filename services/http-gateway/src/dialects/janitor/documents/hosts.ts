import { timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Core } from "../core-access.js";
import { collectionNames } from "../names.js";
import { sharedRead } from "./shared-read.js";
import { listDocuments, putExpiring, writeAll } from "./shared.js";

const collection = collectionNames.hosts;

/** Leaves a host alone for a while. @param fromMs when it refused, in milliseconds since 1970 */
export async function restHost(core: Core, host: string, fromMs: number): Promise<void> {
  const untilMs = fromMs + core.config.hostRestMs;
  if (untilMs > Date.now()) await writeAll(core, [putExpiring(collection, host, {}, timestampFromMs(untilMs))]);
}

const reads = new WeakMap<Core["core"], () => Promise<readonly string[]>>();

/**
 * Names of the hosts that are left alone. Every call for work asks, so that calls share their reads; none is answered with
 * what was before it, whichever gateway let a host rest.
 */
export function restingHostNames(core: Core): Promise<readonly string[]> {
  let read = reads.get(core.core);
  if (read === undefined) {
    read = sharedRead(async () => [...(await restingHosts(core)).keys()]);
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
