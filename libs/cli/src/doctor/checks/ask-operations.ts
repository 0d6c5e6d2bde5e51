import { get as getPlain, type IncomingMessage } from "node:http";
import { get as getTls } from "node:https";
import { text } from "node:stream/consumers";
import type { TlsSettings } from "../../settings/tls.js";

/** What an operations listener answered. */
export interface OperationsAnswer {
  readonly status: number;
  readonly body: string;
  /** The server's time, in whole seconds; undefined when it isn't told. */
  readonly dateMs: number | undefined;
}

/**
 * Asks an operations listener, `host:port` or `https://host:port`.
 *
 * @throws Error when it doesn't answer in time
 */
export async function askOperations(
  address: string,
  path: string,
  tls: TlsSettings | undefined,
  timeoutMs: number,
): Promise<OperationsAnswer> {
  const url = new URL(path, address.includes("://") ? address : `http://${address}`);
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const { serverName: servername, ...material } = tls ?? {};
    const secure = { signal, agent: false, ...material, ...(servername === undefined ? {} : { servername }) } as const;
    const request =
      url.protocol === "https:" ? getTls(url, secure, resolve) : getPlain(url, { signal, agent: false }, resolve);
    request.once("error", reject);
  });
  const dateMs = Date.parse(response.headers.date ?? "");
  return {
    status: response.statusCode ?? 0,
    body: await text(response),
    dateMs: Number.isNaN(dateMs) ? undefined : dateMs,
  };
}
