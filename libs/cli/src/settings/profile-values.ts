import { z } from "zod";

/** What a profile, the environment and the command line may each say about the system and the caller. */
export const profileValuesSchema = z.strictObject({
  address: z.string().optional(),
  namespace: z.string().optional(),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  tls: z.boolean().optional(),
  tlsCa: z.string().optional(),
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  tlsServerName: z.string().optional(),
  opsAddress: z.string().optional(),
});

/** One layer of settings; see {@link profileValuesSchema}. */
export type ProfileValues = z.output<typeof profileValuesSchema>;

/** Environment variables of the values. */
const environmentNames: Readonly<Record<Exclude<keyof ProfileValues, "tls">, string>> = {
  address: "SWITCHYARD_ADDRESS",
  namespace: "SWITCHYARD_NAMESPACE",
  token: "SWITCHYARD_TOKEN",
  tokenFile: "SWITCHYARD_TOKEN_FILE",
  tlsCa: "SWITCHYARD_TLS_CA",
  tlsCert: "SWITCHYARD_TLS_CERT",
  tlsKey: "SWITCHYARD_TLS_KEY",
  tlsServerName: "SWITCHYARD_TLS_SERVER_NAME",
  opsAddress: "SWITCHYARD_OPS_ADDRESS",
};

/** The values that an environment holds; an empty variable counts as unset. */
export function valuesFromEnvironment(env: Readonly<Record<string, string | undefined>>): ProfileValues {
  const found = Object.entries(environmentNames).flatMap(([name, variable]) => {
    const value = env[variable];
    return value ? [[name, value] as const] : [];
  });
  const tls = env["SWITCHYARD_TLS"];
  return { ...Object.fromEntries(found), ...(tls ? { tls: /^(?:true|1|yes|on)$/i.test(tls) } : {}) };
}

/** The values among the options of a command line. */
export function valuesFromOptions(options: Readonly<Record<string, unknown>>): ProfileValues {
  const names = Object.keys(profileValuesSchema.shape);
  const given = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]] as const);
  return profileValuesSchema.parse(Object.fromEntries(given));
}
