import type { DescMethod } from "@bufbuild/protobuf";
import type { ServiceRoute } from "@switchyard/rpc";
import type { Scope } from "./principal.js";

/** What a method asks of its caller: one scope, one of several, any recognised principal, or nothing. */
export type Requirement = Scope | readonly Scope[] | "any" | "none";

/**
 * The requirement of each method, by `package.Service/Method` or, for a whole service, `package.Service/*`; the method's
 * own entry wins.
 */
export type ScopeTable = Readonly<Record<string, Requirement>>;

/**
 * Checks at start that every method of the routes has a requirement.
 *
 * @throws Error naming the methods without one
 */
export function checkScopeTable(routes: readonly ServiceRoute[], table: ScopeTable): void {
  const methods = routes.flatMap((route) => route.service.methods);
  const missing = methods.filter((method) => requirementOf(method, table) === undefined);
  if (missing.length > 0) throw new Error(`the scope table lacks ${missing.map(nameOf).join(", ")}`);
}

/** What a method asks of its caller; undefined when the table does not say. */
export function requirementOf(method: DescMethod, table: ScopeTable): Requirement | undefined {
  return table[nameOf(method)] ?? table[`${method.parent.typeName}/*`];
}

/** `package.Service/Method`. */
export function nameOf(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}
