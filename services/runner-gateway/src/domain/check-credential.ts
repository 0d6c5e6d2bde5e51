import { timingSafeEqual } from "node:crypto";
import type { Clock } from "@switchyard/clock";
import { SwitchyardError } from "@switchyard/errors";
import type { RunnerRecord, RunnerRow } from "./runner-record.js";

/** What {@link createCheckCredential} needs. */
export interface CheckCredentialDeps {
  /** Whose token it is or was. */
  readonly findOwner: (
    digest: Uint8Array,
  ) => Promise<{ readonly namespace: string; readonly runnerId: string } | undefined>;
  /** Reads a runner as it is now: what another replica revoked must be refused by the next call here. */
  readonly load: (namespace: string, runnerId: string) => Promise<RunnerRow | undefined>;
  readonly clock: Clock;
}

/**
 * Creates the check of a token on behalf of a gateway that its runner called in another protocol.
 *
 * @throws SwitchyardError UNAUTHENTICATED when no runner of the namespace ever had the token, TOKEN_REVOKED when it has it
 * no more
 */
export function createCheckCredential(
  deps: CheckCredentialDeps,
): (namespace: string, digest: Uint8Array) => Promise<RunnerRow> {
  return async (namespace, digest) => {
    const owner = await deps.findOwner(digest);
    // The token of another namespace's runner must look like none.
    if (owner?.namespace !== namespace) throw new SwitchyardError("UNAUTHENTICATED", "the token is not known");
    return requireCredential(await deps.load(namespace, owner.runnerId), digest, deps.clock.wallMs());
  };
}

/**
 * Refuses a token that is not its runner's valid one. That of a runner that was deleted was valid once, too.
 *
 * @param digest SHA-256 of the token
 * @throws SwitchyardError TOKEN_REVOKED
 */
export function requireCredential<T extends RunnerRecord>(
  record: T | undefined,
  digest: Uint8Array,
  wallMs: number,
): T {
  const credential = record?.revokedAtMs === undefined ? record?.credential : undefined;
  const isValid =
    credential !== undefined &&
    timingSafeEqual(Buffer.from(credential.digest, "hex"), digest) &&
    (credential.expiresAtMs === undefined || credential.expiresAtMs > wallMs);
  if (record !== undefined && isValid) return record;
  throw new SwitchyardError("TOKEN_REVOKED", "the runner's token was revoked or has expired");
}
