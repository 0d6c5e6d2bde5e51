import { type Grant, Scope as ProtoScope } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import type { Principal, Scope } from "./principal.js";

const scopes: Readonly<Record<ProtoScope, Scope | undefined>> = {
  [ProtoScope.UNSPECIFIED]: undefined,
  [ProtoScope.SUBMIT]: "submit",
  [ProtoScope.READ]: "read",
  [ProtoScope.RUN]: "run",
  [ProtoScope.ADMIN]: "admin",
};

const numbers: Readonly<Record<Scope, ProtoScope>> = {
  submit: ProtoScope.SUBMIT,
  read: ProtoScope.READ,
  run: ProtoScope.RUN,
  admin: ProtoScope.ADMIN,
};

/** The scope that a number of the contract stands for; undefined for one that this program does not know. */
export function scopeFromProto(scope: ProtoScope): Scope | undefined {
  return scopes[scope];
}

/** What a principal may do, as the contract says it. */
export function principalToGrant({ name, scopes, namespaces }: Principal): Omit<Grant, "$typeName"> {
  const allNamespaces = namespaces === "all";
  return {
    name,
    scopes: [...scopes].map((scope) => numbers[scope]),
    namespaces: allNamespaces ? [] : [...namespaces],
    allNamespaces,
  };
}

/** Whom a grant describes. Scopes of a newer program are left out: they allow nothing here. */
export function principalFromGrant({ name, scopes, namespaces, allNamespaces }: Grant): Principal {
  const known = scopes.map(scopeFromProto).filter((scope) => scope !== undefined);
  return { name, scopes: new Set(known), namespaces: allNamespaces ? "all" : new Set(namespaces) };
}
