import type { ClientTls, ServerTls } from "@switchyard/rpc";
import type { Logger } from "pino";
import { ConfigError } from "../config/load-config.js";
import { createTlsFiles, type TlsFiles, type TlsPart } from "./tls-files.js";
import type { ClientTlsSettings, ServiceTlsSettings } from "./tls-settings.js";

/** What a service is to others, as their server and as their client. Renewed from its files for new connections. */
export interface ServiceTls extends ServerTls, ClientTls {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca: Buffer;
  /** Whether the operations listener speaks TLS. */
  readonly ops: boolean;
  readonly files: TlsFiles<TlsPart>;
}

/** What a process that only calls is to services. */
export interface OpenClientTls extends ClientTls {
  readonly files: TlsFiles<"ca">;
}

/**
 * Opens the TLS files of a service. Undefined where none is set: plain text.
 *
 * @throws ConfigError when only some are set, or `OPS_TLS` is on without them; Error when they cannot be used
 */
export function openServiceTls(settings: ServiceTlsSettings, logger: Logger): ServiceTls | undefined {
  const files = openAll(settings, logger);
  if (files === undefined) {
    if (settings.OPS_TLS === "on")
      throw new ConfigError(["OPS_TLS: needs TLS_CERT_PATH, TLS_KEY_PATH and TLS_CA_PATH"]);
    return undefined;
  }
  return {
    ...{ clientAuth: settings.TLS_CLIENT_AUTH, ops: settings.OPS_TLS === "on", files },
    ...nameOf(settings),
    get cert() {
      return files.current.cert;
    },
    get key() {
      return files.current.key;
    },
    get ca() {
      return files.current.ca;
    },
    watch: (changed) => files.watch(changed),
  };
}

/**
 * Opens the TLS files of a process that only calls: all three, or the authority alone where services ask for no certificate
 * (`TLS_CLIENT_AUTH=none`). Undefined where none is set: plain text.
 *
 * @throws ConfigError when other ones are set; Error when they cannot be used
 */
export function openClientTls(settings: ClientTlsSettings, logger: Logger): OpenClientTls | undefined {
  const { TLS_CERT_PATH: cert, TLS_KEY_PATH: key, TLS_CA_PATH: ca, TLS_RELOAD_INTERVAL: intervalMs } = settings;
  if (ca !== undefined && cert === undefined && key === undefined) {
    const files = createTlsFiles({ paths: { ca }, intervalMs, logger });
    return {
      ...{ files, ...nameOf(settings) },
      get ca() {
        return files.current.ca;
      },
    };
  }
  return openServiceTls({ ...settings, TLS_CLIENT_AUTH: "require", OPS_TLS: "off" }, logger);
}

function openAll(settings: ClientTlsSettings, logger: Logger): TlsFiles<TlsPart> | undefined {
  const { TLS_CERT_PATH: cert, TLS_KEY_PATH: key, TLS_CA_PATH: ca, TLS_RELOAD_INTERVAL: intervalMs } = settings;
  if (cert !== undefined && key !== undefined && ca !== undefined) {
    return createTlsFiles({ paths: { cert, key, ca }, intervalMs, logger });
  }
  const missing = Object.entries({ TLS_CERT_PATH: cert, TLS_KEY_PATH: key, TLS_CA_PATH: ca })
    .filter(([, path]) => path === undefined)
    .map(([name]) => name);
  if (missing.length === 3) return undefined;
  throw new ConfigError(missing.map((name) => `${name}: is needed too; TLS takes all three files`));
}

function nameOf({ TLS_SERVER_NAME: serverName }: ClientTlsSettings): Pick<ClientTls, "serverName"> {
  return serverName === undefined ? {} : { serverName };
}
