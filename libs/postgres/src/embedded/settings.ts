/** Server settings by name, as in `postgresql.conf`. */
export type ServerSettings = Readonly<Record<string, string | number>>;

/** For a development machine with two cores. Durability is complete; memory and disk are modest. */
const DEFAULTS: ServerSettings = {
  max_connections: 200,
  shared_buffers: "256MB",
  // Statistics of a table that has just been filled should not be missing for a minute: plans of lists depend on them.
  autovacuum_naptime: "20s",
  wal_buffers: "16MB",
  // Recycled segments instead of fresh ones: filling a new segment with zeros stops all writers for about 50 ms.
  min_wal_size: "256MB",
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
  random_page_cost: 1.1,
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
};

/** What an acknowledged write relies on, and what this library itself relies on. */
const FIXED: ServerSettings = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
};

/**
 * Checks an operator's or a test's settings.
 * @throws RangeError when a setting is one that the library fixes (durability, addresses, port).
 */
export function checkSettings(settings: ServerSettings): void {
  for (const name of Object.keys(settings)) {
    if (name in FIXED || name === "port") throw new RangeError(`setting ${name} of the embedded server is fixed`);
  }
}

/** Builds the server's arguments. */
export function serverArguments(dataDirectory: string, port: number, settings: ServerSettings): string[] {
  const all = Object.entries({ ...DEFAULTS, ...settings, ...FIXED, port });
  return ["-D", dataDirectory, ...all.flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}
