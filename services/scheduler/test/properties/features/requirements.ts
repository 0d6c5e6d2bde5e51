import fc from "fast-check";
import { type Feature, itemPart } from "./feature.js";

/** Labels that a runner must carry: present, or with a value. */
export const requirementsFeature: Feature = {
  name: "requirements",
  item: itemPart({
    oneIn: 4,
    data: fc.constantFrom("", "1"),
    spec: (_, gpu) => ({ requiredLabels: { gpu } }),
  }),
};
