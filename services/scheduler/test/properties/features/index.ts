import { cancelsFeature } from "./cancels.js";
import { capacityFeature } from "./capacity.js";
import { claimsFeature } from "./claims.js";
import { deletesFeature } from "./deletes.js";
import { dependenciesFeature } from "./dependencies.js";
import { pausesFeature } from "./pauses.js";
import { reordersFeature } from "./reorders.js";
import { retriesFeature } from "./retries.js";
import { sharingFeature } from "./sharing.js";
import { relativeRanksFeature } from "./relative-ranks.js";
import { reuseFeature } from "./reuse.js";
import { ratesFeature } from "./rates.js";
import { limitsFeature } from "./limits.js";
import type { AnyCommand, Feature } from "./feature.js";
import { orderFeature } from "./order.js";
import { ownersFeature } from "./owners.js";
import { policiesFeature } from "./policies.js";
import { readsFeature } from "./reads.js";
import { renewalsFeature } from "./renewals.js";
import { reportsFeature } from "./reports.js";
import { requirementsFeature } from "./requirements.js";
import { submitFeature } from "./submit.js";
import { timeFeature } from "./time.js";

const all: readonly Feature[] = [
  claimsFeature,
  reportsFeature,
  renewalsFeature,
  cancelsFeature,
  timeFeature,
  ownersFeature,
  readsFeature,
  capacityFeature,
  policiesFeature,
  orderFeature,
  requirementsFeature,
  sharingFeature,
  relativeRanksFeature,
  reuseFeature,
  ratesFeature,
  limitsFeature,
  retriesFeature,
  reordersFeature,
  pausesFeature,
  dependenciesFeature,
  deletesFeature,
];

/** The features that sequences are made of, beside submits: those that are named, or all. */
export function featuresOf(named: readonly string[]): readonly Feature[] {
  const unknown = named.filter((name) => !all.some((feature) => feature.name === name));
  if (unknown.length > 0) throw new Error(`no such feature: ${unknown.join(", ")}`);
  const chosen = all.filter(({ name }) => named.length === 0 || named.includes(name));
  return [submitFeature(chosen), ...chosen];
}

/** The commands of the features. */
export function commandsOf(features: readonly Feature[]): readonly AnyCommand[] {
  return features.flatMap(({ commands = [] }) => commands);
}
