import { createSwitchyardClient, type SwitchyardClient } from "@switchyard/client";
import type { Io } from "../io.js";
import { createPrinter, type Printer } from "../output/printer.js";
import { type GlobalOptions, resolveSettings, type Settings } from "../settings/settings.js";
import type { Cli } from "./cli.js";
import { openConnections } from "./transports.js";

/** What a command works with. */
export interface Session {
  readonly io: Io;
  readonly settings: Settings;
  readonly namespace: string;
  readonly client: SwitchyardClient;
  readonly print: Printer;
  /** Who asks, where the contract wants a name. */
  readonly actor: string;
  /** Ends the connections. */
  close(): void;
}

/** No submit is repeated for longer than this, in milliseconds: whoever sits before the screen wants to hear of it. */
const submitPatienceMs = 10_000;

/**
 * Finds the settings and makes the client; nothing is connected before the first call.
 *
 * @throws UsageError when the settings are wrong
 */
export async function openSession({ io, requestId }: Cli, options: GlobalOptions): Promise<Session> {
  const settings = await resolveSettings(options, io.env);
  const { addresses, tls, token, timeoutMs } = settings;
  const connections = openConnections(addresses, tls, requestId);
  const client = createSwitchyardClient({
    transports: connections.transports,
    timeoutMs,
    submit: { timeoutMs, giveUpAfterMs: Math.min(timeoutMs, submitPatienceMs) },
    ...(token === undefined ? {} : { token }),
  });
  return {
    io,
    settings,
    namespace: settings.namespace,
    client,
    print: createPrinter(io, settings.output, settings.quiet),
    actor: io.env["USER"] || io.env["USERNAME"] || "cli",
    close() {
      client.close();
      connections.close();
    },
  };
}
