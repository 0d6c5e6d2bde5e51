import type { TlsMaterial } from "@switchyard/rpc";
import { parseCertificates } from "./check-material.js";

/**
 * The host name under which replicas of a service know each other: the first one of the certificate that this one shows, since all show such. For calls to
 * a replica by its IP, which no certificate has. Undefined without TLS, and for a certificate without a whole name.
 */
export function peerNameOf(tls: Pick<TlsMaterial, "cert"> | undefined): string | undefined {
  if (tls === undefined) return undefined;
  const names = parseCertificates(tls.cert)[0]?.subjectAltName ?? "";
  return /(?:^|, )DNS:([^*,"]+)(?:$|, )/.exec(names)?.[1];
}
