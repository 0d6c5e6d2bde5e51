import { hostPorts, integer, json, text } from "../config/fields.js";
import type { ConfigOf } from "../config/load-config.js";
import { staticTokensSchema } from "./static-tokens.js";

/** The settings of every service about who may do what, for `loadConfig`. */
export const accessSettings = {
  /** Tokens of the configuration, see `staticTokensSchema`. The first token of all is one of these. */
  SWITCHYARD_TOKENS: json(staticTokensSchema).default([]),
  /** Token with which this service calls the others. */
  SWITCHYARD_SERVICE_TOKEN: text(8).optional(),
  /** Calls a second that each principal may make on this replica; twice as many at once. Unset: no limit. */
  CALLS_PER_SECOND: integer({ min: 1, max: 1_000_000 }).optional(),
  /** Calls that each principal may have in flight on this replica, held ones and streams included. */
  CALLS_IN_FLIGHT: integer({ min: 1, max: 10_000_000 }).default(1_000),
  /** A file to which administrative acts are appended, beside the log. */
  AUDIT_LOG_PATH: text().optional(),
};

/** The setting of the services that do not keep tokens themselves, for `loadConfig`. */
export const tokenCheckSettings = {
  /** The runner-gateway's gRPC port on each of its replicas; it knows the tokens that were created since. Unset: only the configured ones hold. */
  TOKEN_CHECK_ADDRESS: hostPorts().optional(),
};

/** What {@link accessSettings} are read as. */
export type AccessSettings = ConfigOf<typeof accessSettings>;
