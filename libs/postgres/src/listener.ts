import { setTimeout as sleep } from "node:timers/promises";
import { type ListenSession, openListenSession } from "./listen-session.js";
import type { PostgresLog } from "./log.js";

/** Options of {@link createListener}. */
export interface ListenerOptions {
  readonly url: string;
  /** Channels to listen on. Names are taken as they are (quoted), at most 63 bytes. */
  readonly channels: readonly string[];
  /** Called for each notification. It must not throw. */
  readonly onNotification: (channel: string, payload: string) => void;
  /**
   * Called after each reconnect, once LISTEN holds again. Notifications of the gap are lost, so the subscriber must read
   * the tables anew. Not called for the first connect. It must not throw.
   */
  readonly onReconnect: () => void;
  /** Shown in `pg_stat_activity`. Default `listener`. */
  readonly applicationName?: string;
  /** First wait before reconnecting; doubled up to `maxBackoffMs`, with full jitter. Default 100 ms. */
  readonly minBackoffMs?: number;
  /** Default 5 000 ms. */
  readonly maxBackoffMs?: number;
  /** How often the connection is tried, so that a silent loss is found; the answer must come within the same time. Default 15 000 ms. */
  readonly probeMs?: number;
  readonly log?: PostgresLog;
}

/** A subscription to notifications over a connection of its own. */
export interface Listener {
  /** Returns when LISTEN holds on every channel. Rejects when the first connect fails. */
  start(): Promise<void>;
  /** Closes the connection and ends reconnecting. May be called twice. */
  stop(): Promise<void>;
  /** Whether LISTEN holds right now. */
  readonly connected: boolean;
}

/**
 * Creates a listener. It uses a connection of its own, since a pool may close or lend the one that listens.
 *
 * Notifications are a hint to look, not a queue: PostgreSQL keeps none for a subscriber that is away. So `onReconnect` reads anew.
 */
export function createListener(options: ListenerOptions): Listener {
  let running: { readonly started: Promise<void>; readonly stop: () => Promise<void> } | undefined;
  let session: ListenSession | undefined;

  /** Keeps a session open until the signal; `onStarted` is told of the first one. */
  async function keepListening(signal: AbortSignal, onStarted: () => void): Promise<void> {
    const { channels, log } = options;
    for (let failures = 0, connects = 0; !signal.aborted; ) {
      try {
        session = await openListenSession(options);
        failures = 0;
        connects++;
        if (connects === 1) onStarted();
        else {
          log?.info({ channels }, "listener is connected again");
          options.onReconnect();
        }
        await Promise.race([session.ended, aborted(signal)]);
        if (!signal.aborted) log?.warn({ channels }, "listener lost its connection");
      } catch (error) {
        if (connects === 0) throw error;
        failures++;
        log?.warn({ err: error, channels, failures }, "listener cannot connect");
      } finally {
        const closing = session;
        session = undefined;
        await closing?.close();
      }
      await sleep(backoffMs(failures, options), undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    start: () => {
      if (!running) {
        const controller = new AbortController();
        let ended: Promise<void> = Promise.resolve();
        const started = new Promise<void>((resolve, reject) => {
          ended = keepListening(controller.signal, resolve).then(resolve, reject);
        });
        const stop = () => {
          controller.abort();
          return ended;
        };
        running = { started, stop };
        // After a first connect that failed, the next `start` tries again.
        started.catch(() => {
          running = undefined;
        });
      }
      return running.started;
    },
    stop: async () => {
      const stopping = running;
      running = undefined;
      await stopping?.stop();
    },
    get connected() {
      return session !== undefined;
    },
  };
}

/** Full jitter (a random share of the doubled wait), so that many listeners do not come back in the same moment. */
function backoffMs(failures: number, { minBackoffMs = 100, maxBackoffMs = 5_000 }: ListenerOptions): number {
  return Math.random() * Math.min(maxBackoffMs, minBackoffMs * 2 ** failures);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
