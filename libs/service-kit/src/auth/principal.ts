import { createContextKey, type HandlerContext } from "@connectrpc/connect";
import { SwitchyardError } from "@switchyard/errors";

/** What a token allows. `admin` includes the others. */
export type Scope = "submit" | "read" | "run" | "admin";

/** Every scope. */
export const allScopes: readonly Scope[] = ["submit", "read", "run", "admin"];

/** Who makes a call, and what they may do. */
export interface Principal {
  /** For logs, limits and audit; unique among the tokens of an installation. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** The namespaces that the principal may touch. */
  readonly namespaces: "all" | ReadonlySet<string>;
  /** Full names of the only services that the principal may call. Unset: all. */
  readonly services?: ReadonlySet<string>;
}

const principalKey = createContextKey<Principal | undefined>(undefined, { description: "principal" });

/** Notes who makes the call; for authentication steps. */
export function setPrincipal(context: HandlerContext, principal: Principal): void {
  context.values.set(principalKey, principal);
}

/** Who makes the call; undefined for methods that need no authentication. */
export function findPrincipal(context: HandlerContext): Principal | undefined {
  return context.values.get(principalKey);
}

/**
 * Who makes the call.
 *
 * @throws SwitchyardError UNAUTHENTICATED when nobody has been recognised
 */
export function principalOf(context: HandlerContext): Principal {
  const principal = findPrincipal(context);
  if (principal === undefined) throw new SwitchyardError("UNAUTHENTICATED", "no credential was recognised");
  return principal;
}

/** Tells whether a principal has a scope. */
export function hasScope(principal: Principal, scope: Scope): boolean {
  return principal.scopes.has(scope) || principal.scopes.has("admin");
}

/** Tells whether a principal may touch a namespace. Things of other namespaces should look as if they did not exist. */
export function mayTouch(principal: Principal, namespace: string): boolean {
  return principal.namespaces === "all" || principal.namespaces.has(namespace);
}

/**
 * Refuses the call unless its principal may touch the namespace.
 *
 * @throws SwitchyardError PERMISSION_DENIED
 */
export function requireNamespace(context: HandlerContext, namespace: string): void {
  const principal = principalOf(context);
  if (mayTouch(principal, namespace)) return;
  throw new SwitchyardError("PERMISSION_DENIED", `${principal.name} may not touch namespace ${namespace}`, {
    namespace,
  });
}

/** A principal that may do everything everywhere. */
export function omnipotent(name: string): Principal {
  return { name, scopes: new Set(allScopes), namespaces: "all" };
}
