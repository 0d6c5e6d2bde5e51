import type { HandlerContext } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import { findPrincipal, type Principal, requireNamespace } from "@switchyard/service-kit";

/** A caller that was recognised by a runner's own token: it may speak for that runner and no other. */
export interface RunnerPrincipal extends Principal {
  readonly runner: {
    readonly namespace: string;
    readonly id: string;
    /** SHA-256 of the token, hexadecimal. */
    readonly digest: string;
  };
}

/** The runner's own token behind the call, if it was made with one. */
export function ownTokenOf(context: HandlerContext): RunnerPrincipal["runner"] | undefined {
  const principal = findPrincipal(context);
  return principal !== undefined && "runner" in principal ? (principal as RunnerPrincipal).runner : undefined;
}

/**
 * Refuses the call unless its principal may touch the namespace and, with a runner's own token, is that runner. A mount
 * without authentication (a caller in the same process) knows no principals and is trusted.
 *
 * @throws SwitchyardError PERMISSION_DENIED
 */
export function requireSpeaker(context: HandlerContext, namespace: string, runnerId: string): void {
  if (findPrincipal(context) === undefined) return;
  requireNamespace(context, namespace);
  const own = ownTokenOf(context);
  if (own === undefined || runnerId === "" || own.id === runnerId) return;
  throw new SwitchyardError("PERMISSION_DENIED", `this token speaks for runner ${own.id} only`, { runner: own.id });
}
