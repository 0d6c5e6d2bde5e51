import { type ConfigOf, list, serviceTlsSettings, text } from "@switchyard/service-kit";

/** Settings of the public side, for `loadConfig`. */
export const publicSettings = {
  /** The certificate of the public listeners, PEM, with those between it and the root. */
  HTTP_TLS_CERT_PATH: text().optional(),
  /** Its key, PEM. */
  HTTP_TLS_KEY_PATH: text().optional(),
  TLS_RELOAD_INTERVAL: serviceTlsSettings.TLS_RELOAD_INTERVAL,
  /** Origins whose pages may call, `https://host[:port]`, or `*`. */
  HTTP_CORS_ORIGINS: list().default([]),
};

type PublicSettings = ConfigOf<typeof publicSettings>;

/** Where the certificate of the public listeners is, and how often to look at it. */
export interface PublicTlsFiles {
  readonly paths: { readonly cert: string; readonly key: string };
  /** Milliseconds. */
  readonly intervalMs: number;
}

/** Reports half a pair of files, and what browsers would never write into `Origin`. */
export function checkPublicSettings(values: PublicSettings, problem: (variable: string, text: string) => void): void {
  const { HTTP_TLS_CERT_PATH: cert, HTTP_TLS_KEY_PATH: key } = values;
  if (cert === undefined && key !== undefined) problem("HTTP_TLS_CERT_PATH", "is needed with HTTP_TLS_KEY_PATH");
  if (cert !== undefined && key === undefined) problem("HTTP_TLS_KEY_PATH", "is needed with HTTP_TLS_CERT_PATH");
  for (const origin of values.HTTP_CORS_ORIGINS) {
    if (origin !== "*" && !isOrigin(origin))
      problem("HTTP_CORS_ORIGINS", `${origin} is neither * nor https://host[:port]`);
  }
}

/** The files that are set; undefined: the public listeners are plain. */
export function publicTlsFiles(values: PublicSettings): PublicTlsFiles | undefined {
  const { HTTP_TLS_CERT_PATH: cert, HTTP_TLS_KEY_PATH: key, TLS_RELOAD_INTERVAL: intervalMs } = values;
  return cert === undefined || key === undefined ? undefined : { paths: { cert, key }, intervalMs };
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
