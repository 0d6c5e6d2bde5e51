import fc from "fast-check";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { ExecutionTimeoutAction, HoldMode, LostLeaseAction } from "@switchyard/proto/switchyard/scheduler/v1/policy_pb";
import { type Feature, itemPart } from "./feature.js";

const sometimes = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });
const action = sometimes(LostLeaseAction.REQUEUE, LostLeaseAction.FAIL);

/** What happens over attempts, losses and time. The model knows what each of these means. */
export const policiesFeature: Feature = {
  name: "policies",
  item: itemPart({
    oneIn: 2,
    data: fc.record({
      maxAttempts: sometimes(0, 1, 2, 5),
      maxFailures: sometimes(1, 2),
      maxLostBeforeStart: sometimes(1, 2),
      maxLostAfterStart: sometimes(1, 2),
      ignoreLostBeforeStart: fc.boolean(),
      beforeStart: action,
      afterStart: action,
      backoff: sometimes(400, 1_500),
      lease: sometimes(1_000, 3_600_000),
      byRunner: fc.boolean(),
      scheduleToStart: sometimes(2_000),
      execution: sometimes(1_500),
      lose: fc.boolean(),
    }),
    spec(_, data) {
      const ms = (field: string, value: number | undefined) =>
        value === undefined ? {} : { [field]: durationFromMs(value) };
      const { maxFailures, maxLostBeforeStart, maxLostAfterStart, ignoreLostBeforeStart } = data;
      const { beforeStart, afterStart } = data;
      return {
        policies: {
          ...(data.maxAttempts !== undefined && { maxAttempts: data.maxAttempts }),
          budget: {
            ...(maxFailures && { maxFailures }),
            ...(maxLostBeforeStart && { maxLostBeforeStart }),
            ...(maxLostAfterStart && { maxLostAfterStart }),
            ignoreLostBeforeStart,
          },
          lost: { ...(beforeStart && { beforeStart }), ...(afterStart && { afterStart }) },
          ...(data.backoff && { backoff: { initial: durationFromMs(data.backoff), max: durationFromMs(2_000) } }),
          ...ms("lease", data.lease),
          ...(data.byRunner && { hold: HoldMode.RUNNER }),
          ...ms("scheduleToStartTimeout", data.scheduleToStart),
          ...ms("executionTimeout", data.execution),
          ...(data.lose && { onExecutionTimeout: ExecutionTimeoutAction.LOSE }),
        },
      };
    },
  }),
};
