import { createSecureContext, type SecureContextOptions } from "node:tls";

/** The one version that the services speak among each other. */
export const tlsVersion = "TLSv1.3";

/**
 * Keys and certificates in PEM form. The fields are read anew for each connection, so an object with getters may
 * change what they give while it is in use.
 */
export interface TlsMaterial {
  /** The own certificate, followed by those between it and the root. */
  readonly cert: Buffer;
  /** The private key of `cert`. */
  readonly key: Buffer;
  /** The authority of the peers. */
  readonly ca?: Buffer;
  /** Calls `changed` after each change, and returns how to end that. Unset: the material never changes. */
  watch?(changed: () => void): () => void;
}

/** What a gRPC server shows and asks for. */
export interface ServerTls extends TlsMaterial {
  /** `require`: clients must show a certificate of `ca` (mTLS). `none`: they are not asked for one. */
  readonly clientAuth: "require" | "none";
}

/** What a client needs to trust a server; with `cert` and `key` it also shows who it is (mTLS). Read as {@link TlsMaterial} is. */
export interface ClientTls {
  /** The authority of the server. Unset: those that Node trusts. */
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** The name that the server's certificate must carry. Unset: the host of the address. */
  readonly serverName?: string;
}

/** What Node makes a context of; what is unset is left out. */
export function secureContextOptions({ cert, key, ca }: Pick<ClientTls, "ca" | "cert" | "key">): SecureContextOptions {
  return {
    minVersion: tlsVersion,
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca }),
  };
}

/** @throws Error when certificate and key cannot be used, or not together */
export function secureContextOf(tls: Pick<ClientTls, "ca" | "cert" | "key">) {
  return createSecureContext(secureContextOptions(tls));
}
