import { timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Core } from "../core-access.js";
import { collectionNames } from "../names.js";
import { listDocuments, putExpiring, writeAll } from "./shared.js";

const collection = collectionNames.hosts;

/** Leaves a host alone for a while. @param fromMs when it refused, in milliseconds since 1970 */
export async function restHost(core: Core, host: string, fromMs: number): Promise<void> {
  const untilMs = fromMs + core.config.hostRestMs;
  if (untilMs > Date.now()) await writeAll(core, [putExpiring(collection, host, {}, timestampFromMs(untilMs))]);
  remembered.delete(core.core);
}

/** For so long a gateway may not know that another one has let a host rest; every call for work asks for these hosts. */
const rememberedMs = 1000;

const remembered = new WeakMap<Core["core"], { readonly readMs: number; readonly hosts: Promise<readonly string[]> }>();

/** Names of the hosts that are left alone, as of the last second; what this gateway has let rest itself is among them at once. */
export async function restingHostNames(core: Core): Promise<readonly string[]> {
  const last = remembered.get(core.core);
  if (last !== undefined && Date.now() - last.readMs < rememberedMs) return last.hosts;
  const hosts = restingHosts(core).then((found) => [...found.keys()]);
  remembered.set(core.core, { readMs: Date.now(), hosts });
  // A failed read is told to who waits for it and forgotten.
  hosts.catch(() => remembered.delete(core.core));
  return hosts;
}

/** Hosts that are left alone now, with the times until which they are. */
export async function restingHosts(core: Core): Promise<Map<string, Date>> {
  const hosts = new Map<string, Date>();
  for await (const { key, expireTime } of listDocuments(core, { collection }))
    if (expireTime !== undefined) hosts.set(key, timestampDate(expireTime));
  return hosts;
}
