import type { ProgressSchema } from "@switchyard/proto/switchyard/scheduler/v1/attempt_pb";
import type { AttemptReportSchema } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import type { PlainInit } from "../../plain-init.js";

/** Progress as a handler states it. */
export type ProgressInit = PlainInit<typeof ProgressSchema>;

/** A report as it is made. */
export type ReportInit = PlainInit<typeof AttemptReportSchema> & {
  readonly report: NonNullable<PlainInit<typeof AttemptReportSchema>["report"]>;
};
