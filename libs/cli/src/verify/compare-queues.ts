import type { SwitchyardClient } from "@switchyard/client";
import type { Violation } from "@switchyard/history";
import type { Queue } from "@switchyard/proto/switchyard/scheduler/v1/queue_service_pb";
import { readPages } from "../input/pages.js";
import type { NamespaceCheck } from "./namespace-check.js";
import type { Patience } from "./patience.js";
import { countsOf, difference } from "./tally.js";

/**
 * Compares the queues' counts with what the events tell, where all of them are known. Only what two reads with the same version of the queue show, all of
 * whose events have come, is told.
 */
export async function compareQueues(
  client: SwitchyardClient,
  namespace: string,
  check: NamespaceCheck,
  patience: Patience,
): Promise<Violation[]> {
  if (!check.checker.isWhole) return [];
  let suspects = differences(await listQueues(client, namespace), check);
  for (let round = 0; round < patience.rounds && suspects.size > 0; round++) {
    const before = suspects;
    await patience.settle();
    const again = differences(await listQueues(client, namespace), check);
    const isLast = round + 1 === patience.rounds;
    suspects = new Map([...again].filter(([name, now]) => !isLast || isStable(before.get(name), now, check)));
  }
  return [...suspects].map(([name, { text }]) => ({
    rule: "counts-as-told",
    message: `Queue ${name} counts ${text}.`,
    observations: [],
  }));
}

interface Suspect {
  readonly text: string;
  readonly version: number;
}

function differences(queues: readonly Queue[], { tally }: NamespaceCheck): Map<string, Suspect> {
  const found = new Map<string, Suspect>();
  for (const { name, counts, version } of queues) {
    const text = difference(countsOf(counts), tally.of(name));
    if (text !== undefined) found.set(name, { text, version: Number(version) });
  }
  return found;
}

function isStable(before: Suspect | undefined, now: Suspect, { upTo }: NamespaceCheck): boolean {
  return before?.version === now.version && before.text === now.text && upTo >= now.version;
}

async function listQueues({ queues }: SwitchyardClient, namespace: string): Promise<readonly Queue[]> {
  const { items } = await readPages(0, async (page) => {
    const answer = await queues.listQueues({ namespace, ...page });
    return { items: answer.queues, nextPageToken: answer.nextPageToken };
  });
  return items;
}
