import { type Llm, type LlmCall, LlmFailure } from "../../src/llm/llm.js";

/** What a step is answered with: a value, what a function makes of the call, or an error that is thrown. */
export type Answer =
  | string
  | Readonly<Record<string, unknown>>
  | ((call: Pick<LlmCall, "user">) => string | object)
  | Error;

/** A model that answers each step as told, for tests of handlers. */
export interface ScriptedLlm extends Llm {
  readonly calls: readonly LlmCall[];
}

/** Makes a model from answers by step. A step without an answer fails, as a model that is away does. */
export function scriptedLlm(answers: Readonly<Record<string, Answer>>): ScriptedLlm {
  const calls: LlmCall[] = [];
  const facts = { model: "scripted", inputTokens: 10, outputTokens: 5, costUsd: 0.001, durationMs: 1 };
  const answerTo = (call: LlmCall): string | object => {
    calls.push(call);
    const answer = answers[call.step] ?? new LlmFailure(`nothing is scripted for ${call.step}`);
    if (answer instanceof Error) throw answer;
    return typeof answer === "function" ? answer(call) : answer;
  };
  return {
    calls,
    async completeText(call) {
      const text = answerTo(call);
      return { ...facts, text: typeof text === "string" ? text : JSON.stringify(text) };
    },
    async completeJson({ schema, ...call }) {
      const parsed = schema.safeParse(answerTo(call));
      if (!parsed.success) throw new LlmFailure(parsed.error.message);
      return { ...facts, value: parsed.data };
    },
  };
}
