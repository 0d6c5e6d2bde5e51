import { hostPort, integer, json, text } from "@switchyard/service-kit";
import { z } from "zod";
import { hostName } from "../../http/host-name.js";
import { roles } from "./vocabulary.js";

/** A user's token, as the operator configures it. */
export type UserToken = z.output<typeof userTokens>[number];

/** Settings of the dialect. */
export interface SiloConfig {
  /** `host:port` of a listener of its own. */
  readonly listen: string | undefined;
  /** Host name, in lower case and without port, at which the main listener has the dialect at its root. */
  readonly hostName: string | undefined;
  /** The core's namespace that the dialect shows. */
  readonly namespace: string;
  /** Who may use the user endpoints. */
  readonly tokens: readonly UserToken[];
  /** How long a runner counts as present after a call, in seconds; holds for runners that are made from then on. */
  readonly runnerTimeoutSeconds: number;
  /** Folder of job definitions as YAML files; they are put in place at the start. */
  readonly definitionsDir: string | undefined;
}

const userTokens = z
  .array(
    z.strictObject({
      token: z.string().regex(/^[\x21-\x7e]+$/, "needs visible ASCII characters"),
      user: z.string().regex(/^\P{Cc}{1,60}$/u, "needs 1 to 60 characters"),
      role: z.enum(roles),
    }),
  )
  .refine((tokens) => new Set(tokens.map(({ token }) => token)).size === tokens.length, "has a token twice");

/** The dialect's environment variables. */
export const siloEnvironment = {
  DIALECT_SILO_LISTEN: hostPort().optional(),
  DIALECT_SILO_HOSTNAME: hostName().optional(),
  SILO_NAMESPACE: text().default("silo"),
  SILO_TOKENS: json(userTokens).default([]),
  SILO_RUNNER_TIMEOUT: integer({ min: 1, max: 86_400 }).default(90),
  SILO_DEFINITIONS_DIR: text().optional(),
};

type Environment = { readonly [Name in keyof typeof siloEnvironment]: z.output<(typeof siloEnvironment)[Name]> };

/** Names the settings as the code does. */
export function siloConfig(env: Environment): SiloConfig {
  return {
    listen: env.DIALECT_SILO_LISTEN,
    hostName: env.DIALECT_SILO_HOSTNAME,
    namespace: env.SILO_NAMESPACE,
    tokens: env.SILO_TOKENS,
    runnerTimeoutSeconds: env.SILO_RUNNER_TIMEOUT,
    definitionsDir: env.SILO_DEFINITIONS_DIR,
  };
}
