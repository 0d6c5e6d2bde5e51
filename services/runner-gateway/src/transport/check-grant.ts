import type { Grant } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { scopeFromProto } from "@switchyard/service-kit";
import type { AccessGrant } from "../domain/tokens/access-token.js";
import { checkCount, checkWord, invalid } from "./checks.js";

/** Names of tokens, as the contract says. No colon: names of other principals have one. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Checks what a token shall allow. @throws SwitchyardError INVALID_ARGUMENT */
export function checkGrant(grant: Grant | undefined): AccessGrant {
  if (grant === undefined) throw invalid("grant", "is missing");
  if (!namePattern.test(grant.name)) {
    throw invalid("grant.name", "must begin with a letter or digit and hold only those and . _ -, 63 at most");
  }
  checkCount(grant.scopes.length, "grant.scopes", 1, 10);
  const scopes = grant.scopes.map((number) => {
    const scope = scopeFromProto(number);
    if (scope === undefined) throw invalid("grant.scopes", `has the unknown scope ${number}`);
    return scope;
  });
  return { name: grant.name, scopes: [...new Set(scopes)], namespaces: namespacesOf(grant) };
}

function namespacesOf({ allNamespaces, namespaces }: Grant): AccessGrant["namespaces"] {
  if (allNamespaces) {
    checkCount(namespaces.length, "grant.namespaces", 0, 0);
    return "all";
  }
  checkCount(namespaces.length, "grant.namespaces", 1, 100);
  for (const namespace of namespaces) checkWord(namespace, "grant.namespaces");
  return [...new Set(namespaces)];
}
