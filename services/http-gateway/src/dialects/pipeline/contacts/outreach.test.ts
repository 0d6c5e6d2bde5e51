import { expect, it } from "vitest";
import { outreachBatchWork, outreachView, outreachWork } from "./outreach.js";

const runId = "op_outreach_0123456789ab";
const result = {
  success: true,
  data: { message: "Hello", subject: null, char_count: 5 },
  cost_usd: 0.002,
  duration_ms: 10,
  error: null,
  input_tokens: 800,
  output_tokens: 150,
  model_used: "gpt-4o",
};

it("sends the members beside each other and in data", () => {
  const flat = {
    success: true,
    message: "Hello",
    subject: null,
    char_count: 5,
    cost_usd: 0.002,
    run_id: runId,
    model_used: "gpt-4o",
    error: null,
  };
  const answer = outreachView({ runId, result, failure: undefined });
  expect(answer).toEqual({ ...flat, data: { ...flat, persisted: true } });
});

it("tells a failure in the same shape", () => {
  const failure = { message: "LLM_BASE_URL is not set", code: undefined };
  expect(outreachView({ runId, result: undefined, failure })).toMatchObject({
    success: false,
    message: "",
    char_count: 0,
    cost_usd: 0,
    model_used: null,
    error: "LLM_BASE_URL is not set",
    data: { success: false, persisted: false },
  });
});

it("says what the worker shall write", () => {
  expect(outreachWork("65f0c0ffee0123456789abcd", { list: "secondary", index: 2 }, { message_type: "inmail" })).toEqual(
    {
      kind: "outreach",
      input: {
        job_id: "65f0c0ffee0123456789abcd",
        tier: "balanced",
        parameters: { contact_type: "secondary", contact_index: 2, message_type: "inmail" },
      },
    },
  );
  expect(outreachBatchWork("65f0c0ffee0123456789abcd", { tier: "fast" }).input).toMatchObject({
    tier: "fast",
    parameters: { message_type: "connection" },
  });
});
