import type { Feature, Rule } from "./features/feature.js";
import type { Evidence } from "./model/evidence.js";
import { replay } from "./model/replay.js";
import { everythingEndsAndAgrees } from "./rules/endings.js";
import { refusalsAreKnown } from "./rules/errors.js";
import { historyHolds } from "./rules/history-holds.js";
import { learn } from "./rules/learn.js";
import { followersMissNothing } from "./rules/watching.js";

/** What holds whatever the features are. */
const always: readonly Rule[] = [everythingEndsAndAgrees, followersMissNothing, refusalsAreKnown, historyHolds];

/** Judges a sequence: everything that must not have happened, in words; nothing when all is well. Pure. */
export function check(evidence: Evidence, features: readonly Feature[]): readonly string[] {
  const complaints: string[] = [];
  const say = (complaint: string) => void complaints.push(complaint);
  const model = replay(evidence, features, say);
  const knowledge = learn(evidence, model, say);
  for (const rule of [...always, ...features.flatMap(({ rules = [] }) => rules)])
    rule({ evidence, model, knowledge }, say);
  return [...new Set(complaints)];
}
