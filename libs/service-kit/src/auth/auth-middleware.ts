import type { DescMethod } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";
import { type RpcMiddleware, readRequestHeader } from "@switchyard/rpc";
import type { AuthPolicy } from "./auth-policy.js";
import { hasScope, omnipotent, type Principal, setPrincipal } from "./principal.js";
import { nameOf, type Requirement, requirementOf, type ScopeTable } from "./scope-table.js";

const inProcess = omnipotent("in-process");

/**
 * Recognises the caller by `authorization: Bearer <token>` and checks the scope of the method. Callers in the same process
 * (in-memory mount) are trusted unless they show a token.
 */
export function createAuthMiddleware(policy: AuthPolicy, table: ScopeTable): RpcMiddleware {
  const requirements = new Map<DescMethod, Requirement | undefined>();
  const lookUp = (method: DescMethod): Requirement | undefined => {
    const requirement = requirementOf(method, table);
    requirements.set(method, requirement);
    return requirement;
  };
  return ({ method, context }, next) => {
    const requirement = requirements.get(method) ?? lookUp(method);
    if (requirement === undefined)
      throw new SwitchyardError("PERMISSION_DENIED", `${nameOf(method)} is open to nobody`);
    if (requirement === "none") return next();
    const goOn = (principal: Principal | undefined) => {
      admit(principal, requirement, method, context);
      return next();
    };
    const principal = recognise(policy, context);
    // Most callers are recognised at once.
    return principal instanceof Promise ? principal.then(goOn) : goOn(principal);
  };
}

/** Who calls; undefined when a token is not known. */
function recognise(
  policy: AuthPolicy,
  context: HandlerContext,
): Principal | undefined | Promise<Principal | undefined> {
  const header = readRequestHeader(context, "authorization");
  if (header === null) {
    if (context.protocolName === "memory") return inProcess;
    if (policy.anonymous !== undefined) return policy.anonymous;
    throw new SwitchyardError("UNAUTHENTICATED", "the header authorization is missing");
  }
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  return token === undefined ? undefined : policy.authenticator.authenticate(token, context);
}

/** Notes who calls, and checks that they may. */
function admit(
  principal: Principal | undefined,
  requirement: Requirement,
  method: DescMethod,
  context: HandlerContext,
): void {
  if (principal === undefined) throw new SwitchyardError("UNAUTHENTICATED", "the token is not known");
  // Noted before the refusal, so that logs say whom it met.
  setPrincipal(context, principal);
  const service = method.parent.typeName;
  if (principal.services?.has(service) === false) {
    throw new SwitchyardError("PERMISSION_DENIED", `${principal.name} may not call ${service}`, { service });
  }
  if (!suffices(principal, requirement)) {
    const scope = typeof requirement === "string" ? requirement : requirement.join(" or ");
    throw new SwitchyardError("PERMISSION_DENIED", `${nameOf(method)} needs scope ${scope}`, { scope });
  }
}

function suffices(principal: Principal, requirement: Requirement): boolean {
  if (requirement === "any" || requirement === "none") return true;
  if (typeof requirement === "string") return hasScope(principal, requirement);
  return requirement.some((scope) => hasScope(principal, scope));
}
