import type { SwitchyardClient } from "@switchyard/client";
import type { Violation } from "@switchyard/history";
import { JobState } from "@switchyard/proto/switchyard/scheduler/v1/job_pb";
import { readPages } from "../input/pages.js";
import type { Patience } from "./patience.js";

/**
 * Compares the seats in use of each concurrency key with the running jobs that have it. Only what two reads show, with the same attempts running, is told.
 */
export async function compareLimits(
  client: SwitchyardClient,
  namespace: string,
  patience: Patience,
): Promise<Violation[]> {
  let suspects = await differences(client, namespace);
  for (let round = 0; round < patience.rounds && suspects.size > 0; round++) {
    const before = suspects;
    await patience.settle();
    const again = await differences(client, namespace);
    const isLast = round + 1 === patience.rounds;
    suspects = new Map([...again].filter(([key, now]) => !isLast || before.get(key)?.state === now.state));
  }
  return [...suspects].map(([key, { text }]) => ({
    rule: "seats-as-held",
    message: `Key ${key} ${text}.`,
    observations: [],
  }));
}

interface Suspect {
  readonly text: string;
  /** Seats and attempts, to be compared with those of another read. */
  readonly state: string;
}

async function differences(client: SwitchyardClient, namespace: string): Promise<Map<string, Suspect>> {
  const { items: limits } = await readPages(0, async (page) => {
    const answer = await client.queues.listLimits({ namespace, ...page });
    return { items: answer.limits, nextPageToken: answer.nextPageToken };
  });
  const held = await attemptsByKey(client, namespace);
  const found = new Map<string, Suspect>();
  for (const { key, seatsUsed } of limits) {
    const attempts = held.get(key) ?? [];
    // The default of many keys has no seats itself.
    if (key.endsWith("*") || seatsUsed === attempts.length) continue;
    const text = `has ${seatsUsed} seats in use, and ${attempts.length} running jobs have it`;
    found.set(key, { text, state: `${seatsUsed} ${attempts.toSorted().join()}` });
  }
  return found;
}

async function attemptsByKey({ jobs }: SwitchyardClient, namespace: string): Promise<Map<string, string[]>> {
  const { items } = await readPages(0, async (page) => {
    const answer = await jobs.listJobs({ namespace, filter: { states: [JobState.RUNNING] }, ...page });
    return { items: answer.jobs, nextPageToken: answer.nextPageToken };
  });
  const held = new Map<string, string[]>();
  for (const { id, attemptCount, spec } of items) {
    for (const key of spec?.concurrencyKeys ?? []) {
      const attempts = held.get(key);
      if (attempts) attempts.push(`${id}/${attemptCount}`);
      else held.set(key, [`${id}/${attemptCount}`]);
    }
  }
  return held;
}
