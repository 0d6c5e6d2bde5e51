import { X509Certificate } from "node:crypto";
import { spanText } from "../../output/times.js";
import { fail, type Finding, ok, warn } from "../finding.js";
import { soonMs } from "./certificate.js";

/** Judges how long the certificate lasts that the caller shows to servers. */
export function ownCertificateFinding(pem: Buffer, nowMs: number): Finding {
  const { subject, validTo } = new X509Certificate(pem);
  const own = `the caller's own certificate, ${subject.replaceAll("\n", ", ")},`;
  const leftMs = Date.parse(validTo) - nowMs;
  if (leftMs <= 0) return fail(`${own} has ended`, "Renew the certificate of --tls-cert.");
  const text = `${own} is valid for ${spanText(leftMs)}`;
  return leftMs < soonMs ? warn(text, "Renew the certificate of --tls-cert; it ends within two weeks.") : ok(text);
}
