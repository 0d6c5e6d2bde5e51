import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** PEM texts of a certificate and its key. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** What to certify. */
export interface TestCertificateOptions {
  /** Host names and IP addresses. Default: `localhost` and `127.0.0.1`. */
  readonly names?: readonly string[];
  /** Default: an hour ago. */
  readonly from?: Date;
  /** Default: in an hour. */
  readonly until?: Date;
}

/** A certificate authority that lives as long as the test. */
export interface TestAuthority {
  /** Its own certificate, PEM. */
  readonly ca: string;
  /** Makes a key and certifies it, for servers and clients alike. */
  issue(options?: TestCertificateOptions): Promise<TestCertificate>;
}

const hourMs = 3_600_000;

/** Makes an authority that no other knows. */
export async function createTestAuthority(name = "Test authority"): Promise<TestAuthority> {
  const keys = await makeKeys();
  const subject = `CN=${name}`;
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    ...{ name: subject, keys, signingAlgorithm: algorithm, serialNumber: serialNumber() },
    ...{ notBefore: inMs(-2 * hourMs), notAfter: inMs(2 * hourMs) },
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    ca: own.toString("pem"),
    async issue({ names = ["localhost", "127.0.0.1"], from = inMs(-hourMs), until = inMs(hourMs) } = {}) {
      const held = await makeKeys();
      const issued = await x509.X509CertificateGenerator.create({
        ...{ subject: `CN=${names[0]}`, issuer: subject, serialNumber: serialNumber(), signingAlgorithm: algorithm },
        ...{ publicKey: held.publicKey, signingKey: keys.privateKey, notBefore: from, notAfter: until },
        extensions: [
          new x509.SubjectAlternativeNameExtension(
            names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? "ip" : "dns", value })),
          ),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        ],
      });
      const key = await webcrypto.subtle.exportKey("pkcs8", held.privateKey);
      return { cert: issued.toString("pem"), key: x509.PemConverter.encode(key, "PRIVATE KEY") };
    },
  };
}

/** Writes PEM texts into a directory as `cert.pem`, `key.pem` and `ca.pem`, and says where they are. */
export async function writeTlsFiles<Name extends "cert" | "key" | "ca">(
  directory: string,
  texts: Readonly<Record<Name, string>>,
): Promise<Readonly<Record<Name, string>>> {
  const paths = Object.keys(texts).map((name) => [name, join(directory, `${name}.pem`)] as const);
  await Promise.all(paths.map(([name, path]) => writeFile(path, texts[name as Name])));
  return Object.fromEntries(paths) as Record<Name, string>;
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function serialNumber(): string {
  return `01${randomBytes(15).toString("hex")}`;
}

function inMs(ms: number): Date {
  return new Date(Date.now() + ms);
}
