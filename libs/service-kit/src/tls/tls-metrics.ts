import { Counter, Gauge, type Registry } from "prom-client";
import { parseCertificates } from "./check-material.js";
import type { TlsFiles } from "./tls-files.js";

/** Files that can be measured: of whoever only calls, maybe the authority alone. */
interface MeasuredFiles extends Pick<TlsFiles<"ca">, "looks"> {
  readonly current: { readonly cert?: Buffer; readonly ca?: Buffer };
}

/** The files on each page by what they are for. Where listeners share a page, each brings its own. */
const measured = new WeakMap<Registry, Map<string, MeasuredFiles>>();

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
  for (const [use, one] of Object.entries(files)) {
    if (one === undefined) continue;
    const known = measured.get(registry) ?? measure(registry);
    known.set(use, one);
  }
}

function measure(registry: Registry): Map<string, MeasuredFiles> {
  const sets = new Map<string, MeasuredFiles>();
  measured.set(registry, sets);
  new Gauge({
    name: "switchyard_tls_certificate_expiry_timestamp_seconds",
    help: "When the certificates in use expire, Unix time.",
    labelNames: ["use", "file"],
    registers: [registry],
    collect() {
      for (const [use, { current }] of sets) {
        if (current.cert !== undefined) this.set({ use, file: "cert" }, Math.min(...endsOf(current.cert)));
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
  return sets;
}

function endsOf(pem: Buffer): readonly number[] {
  return parseCertificates(pem).map(({ validTo }) => Date.parse(validTo) / 1000);
}
