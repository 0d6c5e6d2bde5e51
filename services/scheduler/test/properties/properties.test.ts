import { expect, it } from "vitest";
import { repeatAlone, runCampaign } from "./campaign.js";
import { featuresOf } from "./features/index.js";
import { propertySettings } from "./settings.js";

const settings = propertySettings();
const features = featuresOf(settings.features);
const long = { timeout: 60_000 + settings.runs * 1_000 };

it.runIf(settings.path === undefined)("random sequences break no rule, whatever fails below them", long, async () => {
  const report = await runCampaign(settings, features, (text) => settings.runs > 200 && console.log(text));
  const { sequences, flushes, faults, seconds } = report;
  console.log(
    `properties: seed ${settings.seed}, ${sequences} sequences in ${seconds.toFixed(1)} s, ${flushes} flushes, ${faults} of them failed`,
  );
  expect(report.failures.join("\n\n")).toBe("");
  expect(sequences).toBe(settings.runs);
});

it.runIf(settings.path !== undefined)("the named sequence breaks no rule", { timeout: 600_000 }, async () => {
  expect(await repeatAlone(settings, features)).toBeUndefined();
});
