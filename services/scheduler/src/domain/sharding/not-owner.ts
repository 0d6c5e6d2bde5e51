import { SwitchyardError } from "@switchyard/errors";

/** The refusal of a call that came to a replica which does not own the shard. Nothing was done. */
export function notOwner(shard: number): SwitchyardError {
  return new SwitchyardError("NOT_OWNER", `this replica does not own shard ${shard}`, { shard: String(shard) });
}

/** The refusal of a call about a namespace that lives in another shard than the caller thinks. Nothing was done. */
export function livesElsewhere(namespace: string, shard: number): SwitchyardError {
  const metadata = { namespace, shard: String(shard) };
  return new SwitchyardError("NOT_OWNER", `namespace ${namespace} lives in shard ${shard}`, metadata);
}
