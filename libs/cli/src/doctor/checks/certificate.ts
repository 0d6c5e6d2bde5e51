import { spanText } from "../../output/times.js";
import { fail, type Finding, ok, warn } from "../finding.js";

/** What is looked at of a server's certificate; as `node:tls` gives it. */
export interface SeenCertificate {
  readonly subject?: { readonly CN?: string | string[] };
  readonly subjectaltname?: string | undefined;
  readonly valid_to?: string;
}

/** A certificate that ends within this time is to be renewed now. */
export const soonMs = 14 * 86_400_000;

/**
 * Judges a certificate: trusted and of the right name, and how long yet.
 *
 * @param problem why Node doesn't trust it: an error, or its code
 */
export function certificateFinding(seen: SeenCertificate, problem: unknown, nowMs: number): Finding {
  const names = seen.subjectaltname ?? `CN=${String(seen.subject?.CN ?? "?")}`;
  if (problem) {
    const text = problem instanceof Error ? problem.message : String(problem);
    return fail(`the certificate for ${names} is not trusted: ${text}`, certificateAdvice(text));
  }
  const leftMs = Date.parse(seen.valid_to ?? "") - nowMs;
  const text = `certificate for ${names}, valid for ${spanText(leftMs)}`;
  return leftMs < soonMs ? warn(text, "Renew the certificate; it ends within two weeks.") : ok(text);
}

/** What to do about a server's certificate that Node doesn't trust, by the code of its error. */
export function certificateAdvice(problem: string): string {
  if (/ALTNAME/.test(problem)) return "Call the server by a name of its certificate, or give --tls-server-name.";
  if (/EXPIRED/.test(problem)) return "Renew the server's certificate.";
  return "Give the authority of the installation with --tls-ca.";
}
