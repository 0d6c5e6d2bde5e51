import { reasonOf } from "@switchyard/errors";
import { Scope } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { exitCodeOfReason, exitCodes } from "../../exit-codes.js";
import { enumName } from "../../input/enum-names.js";
import type { Check, Examination } from "../examination.js";
import { fail, failedCall, type Finding, ok, warn } from "../finding.js";

/** Whether the services know the caller, and what it may do in the namespace. */
export const authenticationCheck: Check = {
  name: "authentication",
  asks: "runnerGateway",
  async run(examination) {
    return [await describeCaller(examination)];
  },
};

async function describeCaller(examination: Examination): Promise<Finding> {
  const { client, settings, timeoutMs } = examination;
  try {
    const { grant } = await client.tokens.describeCaller({}, { timeoutMs });
    const scopes = (grant?.scopes ?? []).map((scope) => enumName(Scope, scope)).join(", ");
    if (grant?.allNamespaces || grant?.namespaces.includes(settings.namespace)) {
      const text = `${grant.name} may ${scopes} in ${settings.namespace}`;
      if (grant.scopes.includes(Scope.READ) || grant.scopes.includes(Scope.ADMIN)) return ok(text);
      return warn(`${text}, and not read: little can be asked`, "Examine the system with a token of scope read.");
    }
    examination.denied = true;
    const where = grant?.namespaces.join(", ") ?? "no namespace";
    return fail(
      `${grant?.name} is allowed in ${where}, not in ${settings.namespace}`,
      "Choose another --namespace or token.",
    );
  } catch (error) {
    if (reasonOf(error) !== "UNIMPLEMENTED") return failed(examination, error);
  }
  // Services of older versions don't say who the caller is; whether they take its calls can be tried.
  try {
    await client.fleet.listRunners({ namespace: settings.namespace, pageSize: 1 }, { timeoutMs });
    return warn(
      "the caller is accepted; what it may do is not told by this version",
      "Upgrade the services to see it.",
    );
  } catch (error) {
    return failed(examination, error);
  }
}

/** A service that can't say who the caller is has refused nobody: the others are asked all the same. */
function failed(examination: Examination, error: unknown): Finding {
  const reason = reasonOf(error);
  examination.denied = exitCodeOfReason(reason) === exitCodes.denied;
  if (!examination.denied) return failedCall("who the caller is can't be told", error);
  const advice = "Give a valid token with --token-file, SWITCHYARD_TOKEN or the profile.";
  return failedCall("the caller is refused", error, reason === "PERMISSION_DENIED" ? undefined : advice);
}
