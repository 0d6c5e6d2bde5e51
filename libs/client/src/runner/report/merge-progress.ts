import type { ProgressStepSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { PlainInit } from "../../plain-init.js";
import type { ProgressInit } from "./report-init.js";

type StepInit = PlainInit<typeof ProgressStepSchema>;

/** Joins what is stated now with what was stated before: present fields win, steps are joined by name in first order. */
export function mergeProgress(before: ProgressInit, change: ProgressInit): ProgressInit {
  const steps = new Map((before.steps ?? []).map((step) => [step.name, step as StepInit]));
  for (const step of (change.steps ?? []) as StepInit[]) steps.set(step.name, { ...steps.get(step.name), ...step });
  return { ...before, ...change, steps: [...steps.values()] };
}
