import { describe, expect, test } from "vitest";
import { kubernetesInput } from "./kubernetes-input.js";
import { resourcesOf } from "./policy.js";
import { isQuantity, quantityValue } from "./quantity.js";
import type { KubernetesSettings } from "./settings.js";

function resources(
  asked: object,
  { defaultRequests = {}, defaultLimits = {}, maxResources = {} }: Partial<KubernetesSettings>,
) {
  const input = kubernetesInput.parse({ image: "x", resources: asked });
  const rest = { defaultRequests, defaultLimits, maxResources } as KubernetesSettings;
  return resourcesOf(input.resources, rest);
}

describe("resources", () => {
  test("are the job's over the operator's defaults", () => {
    expect(
      resources({ limits: { memory: "1Gi" } }, { defaultRequests: { cpu: "100m" }, defaultLimits: { memory: "64Mi" } }),
    ).toEqual({ requests: { cpu: "100m" }, limits: { memory: "1Gi" } });
  });

  test("have the maximum as their limit when nobody says less, but a GPU only when it is asked for", () => {
    const maxResources = { cpu: "2", "nvidia.com/gpu": "1" };
    expect(resources({}, { maxResources }).limits).toEqual({ cpu: "2" });
    expect(resources({ limits: { "nvidia.com/gpu": 1 } }, { maxResources }).limits).toEqual({
      cpu: "2",
      "nvidia.com/gpu": "1",
    });
  });

  test("a default request gives way to the job's lower limit", () => {
    const asked = resources({ limits: { memory: "32Mi" } }, { defaultRequests: { memory: "128Mi" } });
    expect(asked.requests).toEqual({ memory: "32Mi" });
  });

  test("beyond the maximum are refused, in whatever unit", () => {
    expect(() => resources({ requests: { cpu: "2500m" } }, { maxResources: { cpu: "2" } })).toThrow("at most 2");
    expect(() => resources({ limits: { memory: "1e9" } }, { maxResources: { memory: "1Gi" } })).not.toThrow();
  });
});

test.each([
  ["500m", 0.5],
  ["1.5Gi", 1.5 * 2 ** 30],
  ["2e3", 2_000],
  ["1E", 1e18],
  ["0", 0],
])("%s is %d", (text, value) => {
  expect(quantityValue(text)).toBeCloseTo(value, 9);
});

test.each(["", "-1", "1 Gi", "1GB", "0x10", "1mi"])("%j is no quantity", (text) => {
  expect(isQuantity(text)).toBe(false);
});
