import pg from "pg";

/** What one connection of a listener needs; see `ListenerOptions`. */
export interface ListenSessionOptions {
  readonly url: string;
  readonly channels: readonly string[];
  readonly onNotification: (channel: string, payload: string) => void;
  readonly applicationName?: string;
  readonly probeMs?: number;
}

/** One connection on which LISTEN holds. */
export interface ListenSession {
  /** Resolves when the connection is lost or closed. Never rejects. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Connects and listens on all channels; rejects when either fails. */
export async function openListenSession(options: ListenSessionOptions): Promise<ListenSession> {
  const { probeMs = 15_000 } = options;
  const client = new pg.Client({
    connectionString: options.url,
    application_name: options.applicationName ?? "listener",
    connectionTimeoutMillis: 5_000,
    query_timeout: probeMs,
    keepAlive: true,
  });
  const ended = new Promise<void>((resolve) => {
    client.once("end", resolve);
    client.on("error", () => resolve());
  });
  client.on("notification", ({ channel, payload }) => options.onNotification(channel, payload ?? ""));
  try {
    await client.connect();
    await client.query(options.channels.map((channel) => `listen ${pg.escapeIdentifier(channel)}`).join("; "));
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  // A connection that broke without a sign (a lost peer, a forgetful NAT) looks like a quiet channel.
  const probe = setInterval(() => {
    // With the unanswered query under way `end` destroys the socket, which resolves `ended`.
    client.query("select 1").catch(() => void client.end().catch(() => undefined));
  }, probeMs);
  probe.unref();
  void ended.then(() => clearInterval(probe));
  return {
    ended,
    close: async () => {
      clearInterval(probe);
      await client.end().catch(() => undefined);
    },
  };
}
