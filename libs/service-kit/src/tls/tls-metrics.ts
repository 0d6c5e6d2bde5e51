import { Counter, Gauge, type Registry } from "prom-client";
import { parseCertificates } from "./check-material.js";
import type { TlsFiles } from "./tls-files.js";

interface MeasuredFiles extends Pick<TlsFiles<"cert">, "looks"> {
  readonly current: { readonly cert: Buffer; readonly ca?: Buffer };
}

/**
 * Says when certificates expire and how their renewals go, by what they are for: `service`, or `http` for the public listener.
 *
 * - `switchyard_tls_certificate_expiry_timestamp_seconds{use,file}`: Unix time; of `cert` the first end in its chain, of `ca` the last, since an
 *   old authority stands beside its successor until it has gone
 * - `switchyard_tls_reloads_total{use,result}`: looks at the files that found new content, `renewed` or `failed`
 */
export function registerTlsMetrics(
  registry: Registry,
  files: Readonly<Record<string, MeasuredFiles | undefined>>,
): void {
  const sets = Object.entries(files).filter((entry): entry is [string, MeasuredFiles] => entry[1] !== undefined);
  if (sets.length === 0) return;
  new Gauge({
    name: "switchyard_tls_certificate_expiry_timestamp_seconds",
    help: "When the certificates in use expire, Unix time.",
    labelNames: ["use", "file"],
    registers: [registry],
    collect() {
      for (const [use, { current }] of sets) {
        this.set({ use, file: "cert" }, Math.min(...endsOf(current.cert)));
        if (current.ca !== undefined) this.set({ use, file: "ca" }, Math.max(...endsOf(current.ca)));
      }
    },
  });
  new Counter({
    name: "switchyard_tls_reloads_total",
    help: "Looks at the TLS files that found new content, by result.",
    labelNames: ["use", "result"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [use, { looks }] of sets) {
        this.inc({ use, result: "renewed" }, looks.renewed);
        this.inc({ use, result: "failed" }, looks.failed);
      }
    },
  });
}

function endsOf(pem: Buffer): readonly number[] {
  return parseCertificates(pem).map(({ validTo }) => Date.parse(validTo) / 1000);
}
