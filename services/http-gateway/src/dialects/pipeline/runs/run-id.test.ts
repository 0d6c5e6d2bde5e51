import { describe, expect, it } from "vitest";
import { firstRunId, queueIdOf, readQueueId, readRunId, runIdOfJob } from "./run-id.js";

const jobId = "7b0c5a0e-8f0e-4c54-9a9a-3f2f5d5f8a11";

describe("ids of runs", () => {
  it.each([
    ["op_generate-cv_3f2f5d5f8a11", { form: "operation", operation: "generate-cv", shortId: "3f2f5d5f8a11" }],
    ["op_full_pipeline_3f2f5d5f8a11", { form: "operation", operation: "full_pipeline", shortId: "3f2f5d5f8a11" }],
    ["7b0c5a0e8f0e4c549a9a3f2f5d5f8a11", { form: "pipeline", jobId }],
  ])("%s", (id, name) => {
    expect(readRunId(id)).toEqual(name);
  });

  it.each([
    ...["", "nothing", "op__3f2f5d5f8a11", "op_generate-cv_3f2f5d5f8a1", "op_generate-cv_3F2F5D5F8A11"],
    ...["op_generate-cv_3f2f5d5f8a111", "op_1_3f2f5d5f8a11", "xop_generate-cv_3f2f5d5f8a11", jobId],
    ...["7B0C5A0E8F0E4C549A9A3F2F5D5F8A11", "7b0c5a0e8f0e4c549a9a3f2f5d5f8a1", "op_generate-cv_3f2f5d5f8a11\n"],
  ])("%j is none", (id) => {
    expect(readRunId(id)).toBeUndefined();
  });

  it("come from the job: a retried operation has another one, a pipeline run keeps its own", () => {
    const job = (kind: string, shortId: string) => ({ id: jobId, shortId, spec: { kind } }) as never;
    expect(firstRunId("extract", jobId)).toBe("op_extract_3f2f5d5f8a11");
    expect(runIdOfJob(job("extract", "3f2f5d5f8a11"))).toBe("op_extract_3f2f5d5f8a11");
    expect(runIdOfJob(job("extract", "0123456789ab"))).toBe("op_extract_0123456789ab");
    expect(firstRunId("full_pipeline", jobId)).toBe("7b0c5a0e8f0e4c549a9a3f2f5d5f8a11");
    expect(runIdOfJob(job("full_pipeline", "0123456789ab"))).toBe("7b0c5a0e8f0e4c549a9a3f2f5d5f8a11");
  });
});

describe("ids of items", () => {
  it("are read as they are written", () => {
    expect(queueIdOf(jobId)).toBe("q_3f2f5d5f8a11");
    expect(readQueueId("q_3f2f5d5f8a11")).toBe("3f2f5d5f8a11");
    for (const id of ["", "q_", "q_3F2F5D5F8A11", "3f2f5d5f8a11", "q_3f2f5d5f8a11 "])
      expect(readQueueId(id)).toBeUndefined();
  });
});
