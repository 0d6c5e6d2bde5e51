import { create, toBinary } from "@bufbuild/protobuf";
import { AttemptReportSchema } from "@switchyard/proto/switchyard/scheduler/v1/dispatch_service_pb";
import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateReportBytes } from "./report-bytes.js";
import type { ReportInit } from "./report-init.js";

const attempt = { jobId: "b3f1c1de-0f0b-4c4e-9a86-7b0a4b6e9a11", by: { case: "attempt" as const, value: 7 } };
const text = fc.string({ unit: "binary", maxLength: 300 });
const bytes = fc.uint8Array({ maxLength: 2_000 });
const outcome = fc.record(
  {
    result: fc.record({ data: bytes, contentType: text }),
    message: text,
    labels: fc.dictionary(text, text),
    metrics: fc.dictionary(text, fc.double()),
    artifacts: fc.array(text),
    streams: fc.array(fc.record({ stream: text, length: fc.bigInt({ min: 0n, max: 2n ** 40n }) })),
  },
  { requiredKeys: [] },
);
const progress = fc.record(
  {
    current: fc.double(),
    total: fc.double(),
    message: text,
    detail: bytes,
    steps: fc.array(
      fc.record({ name: text, status: text, message: text, time: fc.constant({ seconds: 1n, nanos: 1 }) }),
    ),
  },
  { requiredKeys: [] },
);

test("no report is larger than its estimate, by which calls stay below the limit of a message", () => {
  const report = fc.oneof(
    outcome.map((value) => ({ case: "outcome" as const, value })),
    progress.map((value) => ({ case: "progress" as const, value: { progress: value, mode: 1 } })),
    fc.constant({ case: "start" as const, value: {} }),
  );
  fc.assert(
    fc.property(report, (stated) => {
      const init = { attempt, report: stated } as ReportInit;
      const encoded = toBinary(AttemptReportSchema, create(AttemptReportSchema, init));
      expect(estimateReportBytes(init)).toBeGreaterThanOrEqual(encoded.length);
    }),
  );
});
