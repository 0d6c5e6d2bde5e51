import type { RpcMiddleware } from "@switchyard/rpc";
import type { CallWatcher } from "./call-watcher.js";
import { wireErrorOf } from "./wire-error.js";

/**
 * Turns every error into the one that the caller gets, and tells the watchers. One step for all of them: each step that waits for
 * the end of a call costs about as much as what the watchers do.
 */
export function createWatchMiddleware(watchers: readonly CallWatcher[]): RpcMiddleware {
  return async (call, next) => {
    const begin = performance.now();
    for (const watcher of watchers) watcher.onBegin?.(call);
    try {
      await next();
    } catch (error) {
      const wire = wireErrorOf(error, call.context);
      const ms = performance.now() - begin;
      for (const watcher of watchers) watcher.onEnd(call, ms, wire);
      throw wire;
    }
    const ms = performance.now() - begin;
    for (const watcher of watchers) watcher.onEnd(call, ms, undefined);
  };
}
