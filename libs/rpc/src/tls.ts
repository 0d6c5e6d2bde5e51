import grpc from "@grpc/grpc-js";

/** Keys and certificates in PEM form. */
export interface TlsMaterial {
  /** The own certificate, followed by those between it and the root. */
  readonly cert: Buffer;
  /** The private key of `cert`. */
  readonly key: Buffer;
  /** The authority of the peers. On a server: clients must show a certificate of it (mTLS). */
  readonly ca?: Buffer;
}

/** What a client needs to trust a server; with `cert` and `key` it also shows who it is (mTLS). */
export interface ClientTls {
  /** The authority of the server. Unset: those that Node trusts. */
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** The name that the server's certificate must carry. Unset: the host of the address. */
  readonly serverName?: string;
}

/** Server credentials; without TLS, plain text. */
export function serverCredentials(tls: TlsMaterial | undefined): grpc.ServerCredentials {
  if (tls === undefined) return grpc.ServerCredentials.createInsecure();
  const pair = { cert_chain: tls.cert, private_key: tls.key };
  return grpc.ServerCredentials.createSsl(tls.ca ?? null, [pair], tls.ca !== undefined);
}

/** Channel credentials; without TLS, plain text. */
export function channelCredentials(tls: ClientTls | undefined): grpc.ChannelCredentials {
  if (tls === undefined) return grpc.credentials.createInsecure();
  return grpc.credentials.createSsl(tls.ca ?? null, tls.key ?? null, tls.cert ?? null);
}
