import { reasonOf } from "@switchyard/errors";
import type { Shard } from "@switchyard/proto/switchyard/scheduler/v1/shard_service_pb";
import type { Check } from "../examination.js";
import { fail, type Finding, ok, skip, warn } from "../finding.js";

/** Whether every shard has an owner, and how they are spread over the scheduler's replicas. */
export const shardsCheck: Check = {
  name: "shards",
  asks: "scheduler",
  async run({ client, timeoutMs }) {
    try {
      const { shards } = await client.shards.listShards({}, { timeoutMs });
      return shardFindings(shards);
    } catch (error) {
      if (reasonOf(error) === "UNIMPLEMENTED") return [skip("this version of the scheduler doesn't tell of shards")];
      throw error;
    }
  },
};

/** Judges who owns which shards. */
export function shardFindings(shards: readonly Pick<Shard, "number" | "owner" | "address">[]): readonly Finding[] {
  const byOwner = new Map<string, number>();
  for (const { owner } of shards) if (owner !== "") byOwner.set(owner, (byOwner.get(owner) ?? 0) + 1);
  const counts = [...byOwner.values()].sort((a, b) => b - a);
  const findings: Finding[] = [];

  const orphans = shards.filter(({ owner }) => owner === "").map(({ number }) => number);
  if (orphans.length > 0) {
    findings.push(
      fail(
        `${orphans.length} of ${count(shards.length, "shard")} without an owner: ${orphans.slice(0, 10).join(", ")}`,
        "A change of owner takes seconds. If it lasts, read the schedulers' logs and look at the shards' database.",
      ),
    );
  }
  const nowhere = new Set(
    shards.filter(({ owner, address }) => owner !== "" && address === "").map(({ owner }) => owner),
  );
  if (nowhere.size > 0 && byOwner.size > 1) {
    findings.push(
      fail(
        `other replicas can't reach ${[...nowhere].sort().join(", ")}, which tells no address`,
        "Set SCHEDULER_ADVERTISE_ADDRESS of every replica to a host:port of its own.",
      ),
    );
  }
  const owners = `${count(byOwner.size, "replica")} ${byOwner.size === 1 ? "owns" : "own"}`;
  const spread = `${owners} ${counts.join(" + ")} of ${count(shards.length, "shard")}`;
  const isUneven = (counts[0] ?? 0) - (counts.at(-1) ?? 0) > 1;
  if (isUneven)
    findings.push(warn(`uneven: ${spread}`, "Shards move one at a time after a replica has come; look again."));
  else if (byOwner.size > 0) findings.push(ok(spread));
  return findings;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
