import { createPrivateKey, X509Certificate } from "node:crypto";
import { type ClientTls, secureContextOf } from "@switchyard/rpc";

const block = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * Reads all certificates of a PEM text, in its order.
 *
 * @throws Error when there is none, or one is cut off: Node takes such a text for fewer certificates and says nothing
 */
export function parseCertificates(pem: Buffer): readonly X509Certificate[] {
  const text = pem.toString("latin1");
  const whole = text.match(block) ?? [];
  if (whole.length === 0) throw new Error("no certificate in it");
  if (whole.length !== text.split("-----BEGIN ").length - 1)
    throw new Error("not every part of it is a whole certificate");
  return whole.map((part) => new X509Certificate(part));
}

/**
 * Checks that certificates and key can be used, and together. Who writes them one after the other is caught in between.
 *
 * @throws Error that says what is wrong
 */
export function checkMaterial({ cert, key, ca }: Pick<ClientTls, "cert" | "key" | "ca">): void {
  if (ca !== undefined) within("the authority", () => parseCertificates(ca));
  if (cert !== undefined) {
    const [own] = within("the certificate", () => parseCertificates(cert));
    const privateKey = key === undefined ? undefined : within("the key", () => createPrivateKey(key));
    if (privateKey !== undefined && own?.checkPrivateKey(privateKey) !== true) {
      throw new Error("the key is not the one of the certificate");
    }
  }
  secureContextOf({ ...(cert && { cert }), ...(key && { key }), ...(ca && { ca }) });
}

function within<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${what} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
