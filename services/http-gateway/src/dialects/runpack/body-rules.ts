import type { BodyRules, MemberLimit } from "./validation.js";

const inputParams: MemberLimit = {
  ...{ member: "input_params", max: 102_400, of: "json" },
  text: "Input parameters exceed size limit of 102400 bytes",
};

const outputData: MemberLimit = {
  ...{ member: "output_data", max: 512_000, of: "json" },
  text: "Output JSON exceeds size limit of 512000 bytes",
};

const errorMessage: MemberLimit = {
  ...{ member: "error_message", max: 10_240, of: "text" },
  text: "Error message exceeds size limit of 10240 bytes",
};

const consoleOutput: MemberLimit = {
  ...{ member: "console_output", max: 1_048_576, of: "text" },
  text: "Console output exceeds size limit of 1048576 bytes",
};

/** A submission, or the question for one. */
export const submission: BodyRules = {
  limits: [inputParams],
  texts: { job_type: "Job type must be a non-empty string", input_params: "Input parameters must be an object" },
};

/** A registration. */
export const registration: BodyRules = {
  texts: { name: "Invalid registration data", capabilities: "Invalid registration data" },
};

/** A heartbeat. */
export const heartbeat: BodyRules = { limits: [consoleOutput] };

/** A good end. */
export const completion: BodyRules = { limits: [outputData, consoleOutput] };

/** A bad end. */
export const failure: BodyRules = { limits: [errorMessage, consoleOutput] };

/** A deletion of several jobs. An empty list is told apart by its route. */
export const batchDeletion: BodyRules = {
  texts: { job_ids: "Invalid request body. Expected { job_ids: string[] }" },
};
