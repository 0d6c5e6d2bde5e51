import { describe, expect, it } from "vitest";
import { campaignsSchema } from "./campaign.js";
import type { CandidateEntry } from "./candidate.js";
import { plain } from "./codebase.js";
import { judgeCandidates } from "./judge-candidates.js";

const campaigns = campaignsSchema.parse([{ name: "fixes", command: "fix-it" }, { name: "control" }]);
const known = {
  campaigns: new Map(campaigns.map((campaign) => [campaign.name, campaign])),
  publishPolicies: new Set(["calm"]),
  codebases: new Map([["acme", plain({ name: "acme" })]]),
};
const judge = (...entries: CandidateEntry[]) => judgeCandidates(entries, known);

const nothing = {
  invalid_command: [],
  invalid_value: [],
  unknown_campaigns: [],
  unknown_codebases: [],
  unknown_publish_policies: [],
};

describe("judgeCandidates", () => {
  it("takes a candidate that says the least, with its campaign's command", () => {
    const { accepted, passedOver } = judge({ codebase: "acme", campaign: "fixes" });
    expect(passedOver).toEqual(nothing);
    expect(accepted.map(({ candidate }) => candidate)).toEqual([
      {
        codebase: "acme",
        campaign: "fixes",
        command: "fix-it",
        publishPolicy: null,
        changeSet: null,
        context: null,
        value: null,
        successChance: null,
        bucket: null,
        requester: null,
        followupFor: [],
      },
    ]);
  });

  it("takes all that a candidate says", () => {
    const [accepted] = judge({
      codebase: "acme",
      campaign: "control",
      command: "do-it",
      "publish-policy": "calm",
      change_set: "set",
      context: "1.0",
      value: 7,
      success_chance: 0.5,
      bucket: "hook",
      requester: "eve",
      followup_for: ["run"],
    }).accepted;
    expect(accepted?.candidate).toEqual({
      codebase: "acme",
      campaign: "control",
      command: "do-it",
      publishPolicy: "calm",
      changeSet: "set",
      context: "1.0",
      value: 7,
      successChance: 0.5,
      bucket: "hook",
      requester: "eve",
      followupFor: ["run"],
    });
  });

  it.each([{}, { codebase: null }, { codebase: "" }])("refuses everything for %o", (entry) => {
    expect(() => judge({ codebase: "acme", campaign: "fixes" }, { campaign: "none", ...entry })).toThrow(
      "no codebase field for candidate 1",
    );
  });

  it.each([{}, { campaign: null }, { campaign: "" }])("refuses everything without a campaign: %o", (entry) => {
    expect(() => judge({ codebase: "none", ...entry })).toThrow("no campaign field for candidate 0");
  });

  it("looks at one thing after the other", () => {
    const wrong = { command: "", value: 0, "publish-policy": "wild" };
    expect(judge({ ...wrong, codebase: "none", campaign: "none" }).passedOver).toEqual({
      ...nothing,
      unknown_campaigns: ["none"],
    });
    expect(judge({ ...wrong, codebase: "none", campaign: "control" }).passedOver).toEqual({
      ...nothing,
      invalid_command: [""],
    });
    expect(judge({ ...wrong, codebase: "none", campaign: "fixes" }).passedOver).toEqual({
      ...nothing,
      invalid_value: [0],
    });
    expect(judge({ ...wrong, value: 1, codebase: "none", campaign: "fixes" }).passedOver).toEqual({
      ...nothing,
      unknown_codebases: ["none"],
    });
    expect(judge({ ...wrong, value: 1, codebase: "acme", campaign: "fixes" }).passedOver).toEqual({
      ...nothing,
      unknown_publish_policies: ["wild"],
    });
  });

  it("names each value once, and takes what is right beside it", () => {
    const { accepted, passedOver } = judge(
      { codebase: "acme", campaign: "none" },
      { codebase: "acme", campaign: "fixes" },
      { codebase: "acme", campaign: "none" },
      { codebase: "acme", campaign: "control" },
      { codebase: "acme", campaign: "fixes", value: -3 },
    );
    expect(accepted).toHaveLength(1);
    expect(passedOver).toEqual({
      ...nothing,
      unknown_campaigns: ["none"],
      invalid_command: [null],
      invalid_value: [-3],
    });
  });
});
