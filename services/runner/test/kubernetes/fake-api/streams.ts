import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { ContainerLog } from "./container-log.js";
import { type KubeObject, kinds, Refusal, type Resource } from "./objects.js";
import type { Store } from "./store.js";

/** `name=value` and `name!=value`, all of which must hold. */
export function matcherOf(selector: string | null): (object: KubeObject) => boolean {
  const terms = (selector ?? "").split(",").filter((term) => term !== "");
  const tests = terms.map((term) => {
    const [, key = "", not, value] = /^([^!=]+)(!?)=(.*)$/.exec(term) ?? [];
    if (key === "") throw new Refusal(400, "BadRequest", `unable to parse requirement: ${term}`);
    return (labels: Record<string, string>) => (labels[key] === value) !== (not === "!");
  });
  return ({ metadata: { labels = {} } }) => tests.every((test) => test(labels));
}

/** Streams that are open, so that a test can break them. */
export interface OpenStreams {
  readonly watches: Set<ServerResponse>;
  readonly logs: Set<ServerResponse>;
  /** Those that are being broken off: nothing more is written to them. */
  readonly broken: WeakSet<ServerResponse>;
}

/** Serves a watch: what happened since a version, then what happens, with bookmarks in between. */
export function serveWatch(
  store: Store,
  resource: Resource,
  query: URLSearchParams,
  response: ServerResponse,
  open: OpenStreams,
): void {
  const from = Number(query.get("resourceVersion"));
  if (!Number.isInteger(from) || from <= 0) throw new Refusal(400, "BadRequest", "this server wants a resourceVersion");
  const matches = matcherOf(query.get("labelSelector"));
  const { kind, apiVersion } = kinds[resource];
  response.writeHead(200, { "content-type": "application/json", "transfer-encoding": "chunked" });
  const say = (type: string, object: unknown) => {
    if (!open.broken.has(response)) response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const past = store.since(from);
  if (past === undefined) {
    say("ERROR", new Refusal(410, "Expired", `too old resource version: ${from}`).status);
    response.end();
    return;
  }
  const tell = (event: (typeof past)[number]) => {
    if (event.resource === resource && matches(event.object)) say(event.type, event.object);
  };
  for (const event of past) tell(event);
  const stopListening = store.listen(tell);
  const wantsBookmarks = query.get("allowWatchBookmarks") === "true";
  const bookmark = () =>
    wantsBookmarks && say("BOOKMARK", { kind, apiVersion, metadata: { resourceVersion: String(store.version) } });
  const bookmarks = setInterval(bookmark, 1_000);
  const timeout = setTimeout(() => response.end(), Number(query.get("timeoutSeconds") ?? 300) * 1_000);
  open.watches.add(response);
  response.flushHeaders();
  response.once("close", () => {
    open.watches.delete(response);
    stopListening();
    clearInterval(bookmarks);
    clearTimeout(timeout);
  });
}

/** Serves a container's log as a node does: from a whole second on, with times, until its end when it is followed. */
export async function serveLog(
  log: ContainerLog,
  query: URLSearchParams,
  response: ServerResponse,
  open: OpenStreams,
): Promise<void> {
  const sinceTime = query.get("sinceTime");
  if (sinceTime !== null && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(sinceTime))
    throw new Refusal(400, "BadRequest", `sinceTime: ${sinceTime} is no time in seconds`);
  const since = sinceTime === null ? 0 : Date.parse(sinceTime);
  const hasTimes = query.get("timestamps") === "true";
  const follows = query.get("follow") === "true";
  response.writeHead(200, { "content-type": "text/plain", "transfer-encoding": "chunked" });
  response.flushHeaders();
  if (follows) open.logs.add(response);
  const closed = once(response, "close");
  try {
    for (let at = 0; !response.destroyed && !open.broken.has(response); ) {
      const changed = log.changed();
      const part = log.lines
        .slice(at, at + 100)
        .filter((line) => Date.parse(line.slice(0, line.indexOf(" "))) >= since);
      at = Math.min(log.lines.length, at + 100);
      const text = part.map((line) => (hasTimes ? line : line.slice(line.indexOf(" ") + 1))).join("");
      if (text !== "" && !response.write(text)) await Promise.race([once(response, "drain"), closed]);
      if (at < log.lines.length) continue;
      if (!follows || log.isEnded) break;
      await Promise.race([changed, closed]);
    }
  } finally {
    open.logs.delete(response);
  }
  if (!open.broken.has(response)) response.end();
}
