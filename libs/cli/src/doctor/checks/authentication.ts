import { reasonOf } from "@switchyard/errors";
import { Scope } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { enumName } from "../../input/enum-names.js";
import type { Check, Examination } from "../examination.js";
import { fail, failedCall, type Finding, ok, warn } from "../finding.js";

/** Whether the services know the caller, and what it may do in the namespace. */
export const authenticationCheck: Check = {
  name: "authentication",
  asks: "runnerGateway",
  async run(examination) {
    const finding = await describeCaller(examination);
    if (finding.verdict === "fail") examination.denied = true;
    return [finding];
  },
};

async function describeCaller({ client, settings, timeoutMs }: Examination): Promise<Finding> {
  try {
    const { grant } = await client.tokens.describeCaller({}, { timeoutMs });
    const scopes = (grant?.scopes ?? []).map((scope) => enumName(Scope, scope)).join(", ");
    if (grant?.allNamespaces || grant?.namespaces.includes(settings.namespace)) {
      return ok(`${grant.name} may ${scopes} in ${settings.namespace}`);
    }
    const where = grant?.namespaces.join(", ") ?? "no namespace";
    return fail(
      `${grant?.name} is allowed in ${where}, not in ${settings.namespace}`,
      "Choose another --namespace or token.",
    );
  } catch (error) {
    if (reasonOf(error) !== "UNIMPLEMENTED") return refused(error);
  }
  // Services of older versions don't say who the caller is; whether they take its calls can be tried.
  try {
    await client.fleet.listRunners({ namespace: settings.namespace, pageSize: 1 }, { timeoutMs });
    return warn(
      "the caller is accepted; what it may do is not told by this version",
      "Upgrade the services to see it.",
    );
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): Finding {
  const advice = "Give a valid token with --token-file, SWITCHYARD_TOKEN or the profile.";
  return failedCall("the caller is refused", error, reasonOf(error) === "UNAUTHENTICATED" ? advice : undefined);
}
