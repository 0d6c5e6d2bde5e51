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

/** Every feature, and whether the scheduler serves it. One that lands is switched on here, and nowhere else. */
const switches: readonly (readonly [Feature, boolean])[] = [
  [claimsFeature, true],
  [reportsFeature, true],
  [renewalsFeature, true],
  [cancelsFeature, true],
  [timeFeature, true],
  [ownersFeature, true],
  [readsFeature, true],
  [capacityFeature, true],
  [policiesFeature, true],
  [orderFeature, true],
  [requirementsFeature, true],
  [sharingFeature, true],
  [relativeRanksFeature, true],
  [reuseFeature, true],
  [ratesFeature, true],
  [limitsFeature, true],
  [retriesFeature, true],
  [reordersFeature, true],
  [pausesFeature, true],
  [dependenciesFeature, true],
  [deletesFeature, true],
];

/** The features that sequences are made of: those that are on, and those that are named. */
export function featuresOn(named: readonly string[]): readonly Feature[] {
  const unknown = named.filter((name) => !switches.some(([feature]) => feature.name === name));
  if (unknown.length > 0) throw new Error(`no such feature: ${unknown.join(", ")}`);
  const on = switches.filter(([{ name }, isOn]) => isOn || named.includes(name)).map(([feature]) => feature);
  return [submitFeature(on), ...on];
}

/** The commands of the features. */
export function commandsOf(features: readonly Feature[]): readonly AnyCommand[] {
  return features.flatMap(({ commands = [] }) => commands);
}
