import { checkHistory, describeViolation } from "@switchyard/history";
import type { Rule } from "../features/feature.js";
import { recordedHistory } from "./recorded-history.js";

/** The rules of recorded histories, which know nothing of this model, hold too. */
export const historyHolds: Rule = ({ evidence }, say) => {
  if (!evidence.drained) return;
  for (const violation of checkHistory(recordedHistory(evidence, evidence.namespace)))
    say(describeViolation(violation));
};
