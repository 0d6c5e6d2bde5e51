import fc from "fast-check";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Outcome_Kind } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { Init, RequestOf } from "../world/api.js";
import type { KnownLease, World } from "../world/world.js";
import { acceptedReportsAreTimely, keptOutcomesWereReported, refusalsAreJust } from "../rules/fencing.js";
import { command, type Feature } from "./feature.js";

type Report = Init<NonNullable<RequestOf<"reportAttempts">["reports"]>[number]>;

/** How a reporter names its attempt: by number, by its own name, or by number with a name that may be wrong. */
const naming = fc.constantFrom("attempt", "attempt", "holder", "both", "stranger");

/** Reports about attempts, live or long over: starts, progress and outcomes. */
export const reportsFeature: Feature = {
  name: "reports",
  commands: [
    command({
      name: "start",
      weight: 2,
      data: fc.record({ back: fc.nat(5), naming, renew: fc.boolean() }),
      run: (world, { back, naming: by, renew }) =>
        report(world, back, by, { report: { case: "start", value: {} }, renew }),
    }),
    command({
      name: "progress",
      weight: 2,
      data: fc.record({ back: fc.nat(5), naming, current: fc.nat(100) }),
      run: (world, { back, naming: by, current }) =>
        report(world, back, by, { report: { case: "progress", value: { progress: { current } } } }),
    }),
    command({
      name: "outcome",
      weight: 6,
      data: fc.record({
        back: fc.nat(5),
        naming,
        kind: fc.constantFrom(
          ...[Outcome_Kind.SUCCEEDED, Outcome_Kind.SUCCEEDED, Outcome_Kind.FAILED, Outcome_Kind.FAILED],
          ...[Outcome_Kind.RELEASED, Outcome_Kind.CANCELLED, Outcome_Kind.TIMED_OUT],
        ),
        retryable: fc.boolean(),
        delay: fc.constantFrom(undefined, undefined, 500),
        times: fc.integer({ min: 1, max: 2 }),
      }),
      async run(world, { back, naming: by, kind, retryable, delay, times }) {
        // Each report has a tag of its own: the one that is kept tells which report was taken.
        const send = () => {
          const message = `report-${world.number()}`;
          const value = { kind, retryable, message, ...(delay && { retryDelay: durationFromMs(delay) }) };
          return report(world, back, by, { report: { case: "outcome", value } });
        };
        await Promise.all(Array.from({ length: times }, send));
      },
    }),
  ],
  rules: [acceptedReportsAreTimely, keptOutcomesWereReported, refusalsAreJust],
};

async function report(world: World, back: number, by: string, what: Report): Promise<void> {
  const lease = world.lease(back);
  if (!lease) return;
  const reports = [{ namespace: world.namespace, ...nameOf(lease, by), ...what }];
  await world.call("reportAttempts", { reports });
}

function nameOf({ jobId, attempt, runnerId }: KnownLease, by: string): Report {
  const byNumber = { jobId, by: { case: "attempt" as const, value: attempt } };
  switch (by) {
    case "holder":
      return { attempt: { jobId, by: { case: "holder", value: runnerId } } };
    case "both":
      return { attempt: byNumber, runnerId };
    case "stranger":
      return { attempt: byNumber, runnerId: "stranger" };
    default:
      return { attempt: byNumber };
  }
}
