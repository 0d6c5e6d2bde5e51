import { describe, expect, it } from "vitest";
import type { RunpackError } from "./errors.js";
import * as rules from "./body-rules.js";
import * as schemas from "./schemas.js";
import { type BodyRules, requestCheck } from "./validation.js";

function answer(schema: object, bodyRules: BodyRules, body: unknown) {
  const compile = requestCheck("Failed to do it", bodyRules);
  const validate = compile({ schema, httpPart: "body", method: "POST", url: "/" } as never);
  const bytes = new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
  const checked = validate(bytes) as { error?: RunpackError };
  return checked.error === undefined ? undefined : (checked.error.body as { error: string }).error;
}

const failed = "Failed to do it";

describe("a submission", () => {
  const submit = (body: unknown) => answer(schemas.submissionBody, rules.submission, body);
  const sized = (length: number) => ({ a: "x".repeat(length - 8) });

  it("is an object with a type and an object or list", () => {
    for (const input_params of [{}, [], { a: 1 }]) expect(submit({ job_type: "t", input_params })).toBeUndefined();
    expect(submit({ job_type: "t", input_params: {}, more: 1 })).toBeUndefined();
    for (const body of ["", "{", "null", "5", "[]", '"x"', "{}", '{"job_type":"t"}']) expect(submit(body)).toBe(failed);
    for (const job_type of [undefined, "", null, 5, {}, []]) {
      expect(submit({ job_type, input_params: {} })).toBe("Job type must be a non-empty string");
    }
    for (const input_params of [null, 0, 7, "x", false, true]) {
      expect(submit({ job_type: "t", input_params })).toBe("Input parameters must be an object");
    }
  });

  it("is looked at in the contract's order", () => {
    expect(submit({ job_type: 5, input_params: null })).toBe("Job type must be a non-empty string");
    expect(submit({ job_type: 5 })).toBe(failed);
    const tooLarge = "Input parameters exceed size limit of 102400 bytes";
    expect(submit({ job_type: 5, input_params: sized(102_401) })).toBe(tooLarge);
    expect(submit({ job_type: "t", input_params: "x".repeat(102_399) })).toBe(tooLarge);
  });

  it("is measured in UTF-16 code units of the shortest form", () => {
    expect(submit({ job_type: "t", input_params: sized(102_400) })).toBeUndefined();
    expect(submit({ job_type: "t", input_params: sized(102_401) })).toContain("exceed size limit");
    expect(
      submit(`{"job_type":"t","input_params":{${" ".repeat(200_000)}"a":1.${"0".repeat(200_000)}}}`),
    ).toBeUndefined();
    expect(submit({ job_type: "t", input_params: { a: "é".repeat(102_392) } })).toBeUndefined();
    expect(submit(`{"job_type":"t","input_params":{"a":"${"\\u0061".repeat(102_392)}"}}`)).toBeUndefined();
  });
});

describe("reports", () => {
  const heartbeat = (body: unknown) => answer(schemas.heartbeatBody, rules.heartbeat, body);
  const complete = (body: unknown) => answer(schemas.completeBody, rules.completion, body);
  const error = (body: unknown) => answer(schemas.errorBody, rules.failure, body);
  const long = "x".repeat(1_048_577);
  const consoleTooLarge = "Console output exceeds size limit of 1048576 bytes";

  it("need their members", () => {
    expect(heartbeat({ progress_current: null, progress_total: 0.5, console_output: "" })).toBeUndefined();
    expect(heartbeat({ console_output: "" })).toBeUndefined();
    expect(heartbeat({ progress_current: "half", progress_total: 1, console_output: "" })).toBeUndefined();
    for (const body of [
      {},
      { console_output: null },
      { console_output: 5 },
      { console_output: "", progress_total: {} },
    ])
      expect(heartbeat(body)).toBe(failed);
    for (const output_data of [null, 0, "", [], {}])
      expect(complete({ output_data, console_output: "" })).toBeUndefined();
    for (const body of [{}, { output_data: 1 }, { console_output: "" }]) expect(complete(body)).toBe(failed);
    expect(error({ error_message: "", console_output: "" })).toBeUndefined();
    for (const body of [{ error_message: "" }, { console_output: "" }, { error_message: null, console_output: "" }])
      expect(error(body)).toBe(failed);
  });

  it("have limits, looked at in order", () => {
    expect(heartbeat({ console_output: long.slice(1) })).toBeUndefined();
    expect(heartbeat({ console_output: long, progress_total: [] })).toBe(consoleTooLarge);
    const outputTooLarge = "Output JSON exceeds size limit of 512000 bytes";
    expect(complete({ output_data: "x".repeat(511_998), console_output: long.slice(1) })).toBeUndefined();
    expect(complete({ output_data: "x".repeat(511_999), console_output: long })).toBe(outputTooLarge);
    expect(complete({ output_data: "x".repeat(511_999) })).toBe(outputTooLarge);
    expect(complete({ output_data: 1, console_output: long })).toBe(consoleTooLarge);
    const messageTooLarge = "Error message exceeds size limit of 10240 bytes";
    expect(error({ error_message: "é".repeat(10_240), console_output: "" })).toBeUndefined();
    expect(error({ error_message: "x".repeat(10_241), console_output: long })).toBe(messageTooLarge);
    expect(error({ error_message: "", console_output: long })).toBe(consoleTooLarge);
  });
});

describe("registrations and deletions", () => {
  it("are refused in the contract's words", () => {
    const register = (body: unknown) => answer(schemas.registerBody, rules.registration, body);
    for (const name of ["r", 5, {}, [], true]) expect(register({ name, capabilities: [1, null] })).toBeUndefined();
    for (const name of [undefined, "", null, 0, false]) {
      expect(register({ name, capabilities: [] })).toBe("Invalid registration data");
    }
    for (const capabilities of [undefined, null, {}, "a"]) {
      expect(register({ name: "r", capabilities })).toBe("Invalid registration data");
    }
    expect(register("null")).toBe(failed);
    const remove = (body: unknown) => answer(schemas.batchDeleteBody, rules.batchDeletion, body);
    expect(remove({ job_ids: ["a", 5, null] })).toBeUndefined();
    expect(remove({ job_ids: [] })).toBeUndefined();
    for (const job_ids of [undefined, null, "a", {}]) {
      expect(remove({ job_ids })).toBe("Invalid request body. Expected { job_ids: string[] }");
    }
    expect(remove("null")).toBe(failed);
  });
});
