import { readFile } from "node:fs/promises";
import type { ClientTls, TlsMaterial } from "@switchyard/rpc";

/** Paths of PEM files. */
export interface TlsPaths {
  /** The certificate, followed by those between it and the root. */
  readonly certPath: string;
  readonly keyPath: string;
  /** The authority of the peers. On a server: clients must show a certificate of it (mTLS). */
  readonly caPath?: string;
}

/**
 * Reads the files of a server. They are read once; a renewed certificate takes effect at the next start.
 *
 * @throws Error naming the file that cannot be read
 */
export async function loadTls({ certPath, keyPath, caPath }: TlsPaths): Promise<TlsMaterial> {
  const [cert, key] = await Promise.all([pem(certPath), pem(keyPath)]);
  return caPath === undefined ? { cert, key } : { cert, key, ca: await pem(caPath) };
}

/** Reads the files of a client: `caPath` to trust the server, `certPath` and `keyPath` to be recognised by it. */
export async function loadClientTls(paths: Partial<TlsPaths> & { readonly serverName?: string }): Promise<ClientTls> {
  const { certPath, keyPath, caPath, serverName } = paths;
  return {
    ...(caPath === undefined ? {} : { ca: await pem(caPath) }),
    ...(certPath === undefined ? {} : { cert: await pem(certPath) }),
    ...(keyPath === undefined ? {} : { key: await pem(keyPath) }),
    ...(serverName === undefined ? {} : { serverName }),
  };
}

async function pem(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(`cannot read the TLS file ${path}: ${(error as Error).message}`, { cause: error });
  }
}
