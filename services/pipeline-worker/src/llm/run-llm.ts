import { costOf, type ModelTier } from "@switchyard/pipeline-model";
import type OpenAI from "openai";
import { z } from "zod";
import type { LlmSettings } from "../settings.js";
import { type CallIdentity, completeLine, errorLine, startLine } from "./call-lines.js";
import { jsonOfAnswer } from "./json-answer.js";
import { type Llm, type LlmCall, LlmFailure, type LlmFacts, type LlmText } from "./llm.js";
import type { Usage } from "./usage.js";

/** What a run gives its model. */
export interface RunOfLlm {
  readonly signal: AbortSignal;
  readonly usage: Usage;
  line(text: string): void;
}

type Message = { readonly role: "system" | "user" | "assistant"; readonly content: string };

/** The configured models, as one run uses them. */
export function createRunLlm(client: OpenAI, settings: Pick<LlmSettings, "models">, run: RunOfLlm): Llm {
  /** One call, with its lines. */
  async function ask(call: LlmCall, messages: readonly Message[]): Promise<LlmText> {
    const model = call.model ?? settings.models[call.tier][call.taskType ?? "analytical"];
    const identity: CallIdentity = { step: call.step, model, tier: call.tier };
    run.line(
      startLine(
        identity,
        messages.reduce((sum, { content }) => sum + content.length, 0),
      ),
    );
    const began = performance.now();
    const durationMs = () => Math.round(performance.now() - began);
    try {
      const answer = await client.chat.completions.create(
        {
          model,
          messages: messages.map((message) => ({ ...message })),
          temperature: call.temperature ?? 0.2,
          max_tokens: call.maxTokens ?? 4_000,
        },
        { signal: run.signal },
      );
      const text = answer.choices?.[0]?.message?.content?.trim() ?? "";
      const facts = { model: answer.model || model, ...chargeOf(call.tier, answer.usage), durationMs: durationMs() };
      // Paid for, whether or not it is of use.
      run.usage.add(facts);
      if (text === "") throw new LlmFailure(`${call.step}: the model answered nothing`);
      run.line(completeLine({ ...identity, model: facts.model }, facts, text.length));
      return { text, ...facts };
    } catch (error) {
      run.signal.throwIfAborted();
      const words = error instanceof Error ? error.message : String(error);
      run.line(errorLine(identity, words, durationMs()));
      throw error instanceof LlmFailure ? error : new LlmFailure(`${call.step}: ${words}`, { cause: error });
    }
  }

  return {
    completeText: (call) => ask(call, messagesOf(call)),
    async completeJson(call) {
      const messages = messagesOf(call);
      const first = await ask(call, messages);
      const read = readAs(first.text, call.schema);
      if ("value" in read) return { ...factsOf(first), value: read.value };
      const repeat = `That does not fit: ${read.problem}. Answer again, with the corrected JSON and nothing else.`;
      const again: Message[] = [
        { role: "assistant", content: first.text },
        { role: "user", content: repeat },
      ];
      const second = await ask(call, [...messages, ...again]);
      const reread = readAs(second.text, call.schema);
      if ("value" in reread) return { ...sumOf(first, second), value: reread.value };
      throw new LlmFailure(`${call.step}: the model's answer does not fit twice: ${reread.problem}`);
    },
  };
}

function messagesOf({ system, user }: LlmCall): Message[] {
  return [
    { role: "system", content: system },
    { role: "user", content: user },
  ];
}

/** Tokens and cost as the endpoint counted them; without its own figure the cost follows from the tier's prices. */
function chargeOf(tier: ModelTier, usage: OpenAI.CompletionUsage | undefined) {
  const [inputTokens, outputTokens] = [usage?.prompt_tokens ?? 0, usage?.completion_tokens ?? 0];
  const { cost } = (usage ?? {}) as { readonly cost?: unknown };
  return {
    inputTokens,
    outputTokens,
    costUsd: typeof cost === "number" ? cost : costOf(tier, inputTokens, outputTokens),
  };
}

function readAs<T>(answer: string, schema: z.ZodType<T>): { readonly value: T } | { readonly problem: string } {
  let json: unknown;
  try {
    json = jsonOfAnswer(answer);
  } catch (error) {
    return { problem: (error as SyntaxError).message };
  }
  const result = schema.safeParse(json);
  return result.success ? { value: result.data } : { problem: z.prettifyError(result.error) };
}

function factsOf({ model, inputTokens, outputTokens, costUsd, durationMs }: LlmFacts): LlmFacts {
  return { model, inputTokens, outputTokens, costUsd, durationMs };
}

function sumOf(first: LlmFacts, second: LlmFacts): LlmFacts {
  return {
    model: second.model,
    inputTokens: first.inputTokens + second.inputTokens,
    outputTokens: first.outputTokens + second.outputTokens,
    costUsd: first.costUsd + second.costUsd,
    durationMs: first.durationMs + second.durationMs,
  };
}
