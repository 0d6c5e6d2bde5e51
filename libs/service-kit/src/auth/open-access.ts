import type { Transport } from "@connectrpc/connect";
import type { Logger } from "pino";
import type { ServiceHostOptions } from "../host/service-host.js";
import { openAuditSink } from "../middleware/audit-sink.js";
import type { AccessSettings } from "./access-settings.js";
import { createAuthPolicy } from "./auth-policy.js";
import { createCheckedTokens } from "./checked-tokens.js";
import { createRemoteTokenCheck } from "./remote-token-check.js";

/** What {@link openAccess} needs. */
export interface AccessOptions {
  readonly settings: Omit<AccessSettings, "SWITCHYARD_SERVICE_TOKEN">;
  /** Reaches TOKEN_CHECK_ADDRESS, with a token of this service's own. Unset: only configured tokens hold. */
  readonly tokenService?: Transport | undefined;
  /** Every address that the service listens on. */
  readonly listen: readonly string[];
  readonly logger: Logger;
}

/** Makes of the settings what a service's host takes: who is recognised, how much each may call, where acts are written. */
export function openAccess({ settings, tokenService, listen, logger }: AccessOptions) {
  const checked =
    tokenService &&
    createCheckedTokens({
      check: createRemoteTokenCheck(tokenService),
      onError: (error) => logger.warn({ err: error }, "tokens cannot be checked"),
    });
  return {
    auth: createAuthPolicy({ tokens: settings.SWITCHYARD_TOKENS, checked, listen, logger }),
    callsPerPrincipal: settings.CALLS_IN_FLIGHT,
    callsPerSecond: settings.CALLS_PER_SECOND,
    auditSink: openAuditSink({ logger, path: settings.AUDIT_LOG_PATH }),
  } satisfies Partial<ServiceHostOptions>;
}
