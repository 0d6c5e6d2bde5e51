import { FieldCondition_Operator } from "@switchyard/proto/switchyard/catalog/v1/catalog_service_pb";
import type { Candidate } from "../catalogue/candidate.js";
import type { Codebase } from "../catalogue/codebase.js";
import type { Core } from "../core-access.js";
import { largestValue } from "../documents/codebases.js";
import { anyOf } from "../documents/shared.js";
import { fewAtATime } from "../few-at-a-time.js";
import { collectionNames } from "../names.js";
import { contextDigest } from "../runs/run-record.js";
import { historyOf } from "./history.js";
import { type Estimate, offsetOf } from "./offset.js";
import type { PairHistory } from "./run-tallies.js";

/** What a place is computed for. */
export interface PlacedCandidate {
  readonly codebase: Codebase;
  readonly candidate: Pick<Candidate, "campaign" | "context" | "value">;
}

const callsAtOnce = 16;

/** Computes places for candidates, in their order: any number of them at once costs little more than one. */
export async function offsetsOf(core: Core, candidates: readonly PlacedCandidate[]): Promise<Estimate[]> {
  const pairs = candidates.map(({ codebase, candidate }) => ({
    codebase: codebase.name ?? "",
    campaign: candidate.campaign,
  }));
  const hasValues = candidates.some(({ codebase }) => codebase.value !== null);
  const [largest, histories] = await Promise.all([hasValues ? largestValue(core) : undefined, historyOf(core, pairs)]);
  const asked = candidates.map((placed, index) => ({ ...placed, history: histories[index] as PairHistory }));
  return fewAtATime(asked, callsAtOnce, async ({ codebase, candidate: { campaign, context, value }, history }) =>
    offsetOf({
      codebaseValue: codebase.value,
      largestValue: largest,
      candidateValue: value,
      hasContext: context !== null,
      hadContext: history.total > 0 && (await hadContext(core, codebase.name ?? "", campaign, context)),
      history,
    }),
  );
}

/** Whether a codebase had a run of the campaign in a state of the world. Runs that failed for a passing reason tell nothing. */
async function hadContext(
  { core, config: { namespace } }: Core,
  codebase: string,
  campaign: string,
  context: string | null,
): Promise<boolean> {
  const digest = contextDigest(context);
  // An empty text says no more than none.
  if (digest === null || context === "") return false;
  const { documents } = await core.documents.listDocuments({
    ...{ namespace, collection: collectionNames.runs },
    where: [
      anyOf("codebase", [codebase]),
      anyOf("campaign", [campaign]),
      anyOf("context_digest", [digest]),
      { field: "transient", operator: FieldCondition_Operator.NOT_EQUAL, values: ["true"] },
    ],
    ...{ pageSize: 1, omitBodies: true },
  });
  return documents.length > 0;
}
