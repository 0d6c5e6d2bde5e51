import { UsageError } from "../usage-error.js";
import { type Addresses, parseAddresses } from "./addresses.js";
import { type ProfileFile, profilePath, readProfiles } from "./profile-file.js";
import { type ProfileValues, valuesFromEnvironment, valuesFromOptions } from "./profile-values.js";
import { readToken } from "./token.js";
import { readTls, type TlsSettings } from "./tls.js";

/** How results are written. */
export type OutputFormat = "table" | "json";

/** Everything that a command needs to know, from the command line, the environment, the profile and the defaults. */
export interface Settings {
  readonly addresses: Addresses;
  /** The address as it was given, for people. */
  readonly addressText: string;
  readonly namespace: string;
  readonly token: string | undefined;
  readonly tls: TlsSettings | undefined;
  /** Operations listeners to ask for readiness; only `doctor` does. */
  readonly opsAddresses: readonly string[];
  /** The longest that one call may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly output: OutputFormat;
  readonly quiet: boolean;
  /** The profile that was used; undefined for none. */
  readonly profile: string | undefined;
}

/** What every command line may say; the values are those of {@link ProfileValues}. */
export interface GlobalOptions extends ProfileValues {
  readonly profile?: string;
  readonly timeout?: number;
  readonly output?: OutputFormat;
  readonly quiet?: boolean;
}

const defaults = { address: "127.0.0.1:7400", namespace: "default", timeoutMs: 30_000 };

/**
 * Finds the settings: flags before the environment, that before the profile, that before the defaults.
 *
 * @throws UsageError when something can't be read or makes no sense
 */
export async function resolveSettings(
  options: GlobalOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Settings> {
  const file = await readProfiles(profilePath(env));
  const profile = options.profile ?? (env["SWITCHYARD_PROFILE"] || file.current);
  const layers = [valuesFromOptions({ ...options }), valuesFromEnvironment(env), profileNamed(file, profile)];
  const value = <Name extends keyof ProfileValues>(name: Name): ProfileValues[Name] =>
    layers.find((layer) => layer[name] !== undefined)?.[name];
  const addressText = value("address") ?? defaults.address;
  return {
    addresses: parseAddresses(addressText),
    addressText,
    namespace: value("namespace") ?? defaults.namespace,
    token: await readToken(layers),
    tls: await readTls({
      on: value("tls"),
      ca: value("tlsCa"),
      cert: value("tlsCert"),
      key: value("tlsKey"),
      serverName: value("tlsServerName"),
    }),
    opsAddresses: (value("opsAddress") ?? "").split(",").filter((address) => address !== ""),
    timeoutMs: options.timeout ?? defaults.timeoutMs,
    output: options.output ?? "table",
    quiet: options.quiet ?? false,
    profile,
  };
}

function profileNamed(file: ProfileFile, name: string | undefined): ProfileValues {
  if (name === undefined) return {};
  const profile = file.profiles[name];
  if (profile !== undefined) return profile;
  const known = Object.keys(file.profiles).join(", ");
  throw new UsageError(`there is no profile "${name}"${known === "" ? "" : `; there are ${known}`}`);
}
