import type { AttemptRef } from "@switchyard/proto/switchyard/common/v1/attempt_ref_pb";
import type { LeaseStatus } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import { refKey } from "./attempt-key.js";
import type { Renewals } from "./renewals/renewals.js";

/**
 * Renews, and with that checks, the leases of attempts that a write names, in the renewals that all runners share. One question for each runner that is meant.
 *
 * @returns the standing of each, by {@link refKey}
 */
export async function checkLeases(
  renewals: Renewals,
  namespace: string,
  runnerId: string,
  refs: readonly AttemptRef[],
): Promise<ReadonlyMap<string, LeaseStatus>> {
  const byRunner = new Map<string, Map<string, AttemptRef>>();
  for (const ref of refs) {
    const meant = ref.by.case === "holder" ? ref.by.value : runnerId;
    const named = byRunner.get(meant) ?? new Map<string, AttemptRef>();
    byRunner.set(meant, named.set(refKey(ref), ref));
  }
  const standing = new Map<string, LeaseStatus>();
  const questions = [...byRunner].map(async ([meant, named]) => {
    const { statuses } = await renewals.renew({ namespace, runnerId: meant, attempts: [...named.values()] });
    [...named.keys()].forEach((key, index) => {
      standing.set(key, statuses[index] as LeaseStatus);
    });
  });
  await Promise.all(questions);
  return standing;
}
