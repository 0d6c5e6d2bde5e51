import type { Outcome } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { RequestOf } from "../world/api.js";
import type { Model } from "./model.js";
import { ms } from "./policy.js";

type Report = NonNullable<RequestOf<"reportAttempts">["reports"]>[number];

/** The report that an outcome was kept from: each has a message of its own. */
function reportBehind({ history }: Model, outcome: Outcome | undefined): Report | undefined {
  for (const { request } of history.of("reportAttempts"))
    for (const message of request.reports ?? [])
      if (message.report?.case === "outcome" && message.report.value.message === outcome?.message) return message;
  return undefined;
}

/** How long the job shall wait before its next attempt by its runner's word, ms; undefined when it said nothing. */
export function delayAskedFor(model: Model, outcome: Outcome | undefined): number | undefined {
  const report = outcome && reportBehind(model, outcome)?.report;
  if (report?.case !== "outcome" || !report.value.retryDelay) return undefined;
  return ms(report.value.retryDelay, 0);
}
