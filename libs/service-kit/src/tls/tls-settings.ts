import { z } from "zod";
import { durationMs, text } from "../config/fields.js";
import type { ConfigOf } from "../config/load-config.js";

/** Settings of a process that calls services, for `loadConfig`; `openClientTls` takes them. */
export const clientTlsSettings = {
  /** The process's own certificate, PEM, with those between it and the root. */
  TLS_CERT_PATH: text().optional(),
  /** Its key, PEM. */
  TLS_KEY_PATH: text().optional(),
  /** The authority of the installation, PEM: peers are verified with it. */
  TLS_CA_PATH: text().optional(),
  /** How often the files are looked at again. */
  TLS_RELOAD_INTERVAL: durationMs().default(30_000),
  /** The name that the certificates of services must carry. Unset: the host of the address that is called. */
  TLS_SERVER_NAME: text().optional(),
};

/** Settings of a service that is called too; `openServiceTls` takes them. */
export const serviceTlsSettings = {
  ...clientTlsSettings,
  /** Whether callers must show a certificate of the authority. */
  TLS_CLIENT_AUTH: z.enum(["require", "none"]).default("require"),
  /** Whether the operations listener speaks TLS too. It asks nobody for a certificate, and without TLS it answers no RPC. */
  OPS_TLS: z.enum(["on", "off"]).default("off"),
};

/** Values of {@link clientTlsSettings}. */
export type ClientTlsSettings = ConfigOf<typeof clientTlsSettings>;

/** Values of {@link serviceTlsSettings}. */
export type ServiceTlsSettings = ConfigOf<typeof serviceTlsSettings>;
