import { readFile } from "node:fs/promises";
import type { ClientTls } from "@switchyard/rpc";
import { UsageError } from "../usage-error.js";

/** What TLS connections are made with. */
export type TlsSettings = ClientTls;

/** What was said about TLS: paths of PEM files, and whether to use it at all. */
export interface TlsChoice {
  readonly on: boolean | undefined;
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
}

/**
 * Reads the files of a TLS choice. Naming any of them turns TLS on, unless it is turned off expressly.
 *
 * @throws UsageError when a file can't be read, or certificate and key don't come together
 */
export async function readTls({ on, ca, cert, key, serverName }: TlsChoice): Promise<TlsSettings | undefined> {
  const named = [ca, cert, key, serverName].some((value) => value !== undefined);
  if (!(on ?? named)) return undefined;
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError("a client certificate needs both --tls-cert and --tls-key");
  }
  return {
    ...(ca === undefined ? {} : { ca: await readPem(ca) }),
    ...(cert === undefined ? {} : { cert: await readPem(cert) }),
    ...(key === undefined ? {} : { key: await readPem(key) }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
}
