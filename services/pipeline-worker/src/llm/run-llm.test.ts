import { createLlmStub, type LlmQuestion, type LlmReply, type LlmStub } from "@switchyard/testkit";
import { tiers } from "@switchyard/pipeline-model";
import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import type { Llm } from "./llm.js";
import { createLlmClient } from "./llm-endpoint.js";
import { createRunEmbeddings } from "./run-embeddings.js";
import { createRunLlm } from "./run-llm.js";
import { Usage } from "./usage.js";

let stub: LlmStub | undefined;
afterEach(() => stub?.close());

interface Bench {
  readonly llm: Llm;
  readonly lines: Record<string, unknown>[];
  readonly usage: Usage;
  readonly stop: AbortController;
  readonly questions: readonly LlmQuestion[];
  embed(texts: readonly string[]): Promise<number[][]>;
}

/** A model that answers one reply after the other, the last one for good. */
async function bench(...replies: LlmReply[]): Promise<Bench> {
  let at = 0;
  stub = await createLlmStub({ reply: () => replies[Math.min(at++, replies.length - 1)] });
  const models = { fast: tiers.fast.models, balanced: tiers.balanced.models, quality: tiers.quality.models };
  const settings = { baseUrl: stub.url, apiKey: "the-key", models, embeddingModel: "e-1", timeoutMs: 5_000 };
  const [lines, usage, stop] = [[] as Record<string, unknown>[], new Usage(), new AbortController()];
  const run = { signal: stop.signal, usage, line: (text: string) => void lines.push(JSON.parse(text)) };
  const client = createLlmClient(settings);
  const embeddings = createRunEmbeddings(client, "e-1", run);
  const llm = createRunLlm(client, settings, run);
  return { llm, lines, usage, stop, questions: stub.questions, embed: (texts) => embeddings.embed(texts) };
}

const call = { step: "pain_points", tier: "balanced", system: "s".repeat(40), user: "u".repeat(360) } as const;

it("asks the model of the tier, and counts and tells what it cost", async () => {
  const { llm, lines, usage, questions } = await bench("a".repeat(200));
  const answer = await llm.completeText({ ...call, taskType: "complex" });
  expect(answer).toMatchObject({ model: "gpt-4o", inputTokens: 100, outputTokens: 50, costUsd: 0.000375 });
  expect(usage).toMatchObject({ inputTokens: 100, outputTokens: 50, costUsd: 0.000375, model: "gpt-4o" });
  expect(questions).toMatchObject([{ model: "gpt-4o", apiKey: "the-key", system: call.system, user: call.user }]);
  expect(lines).toMatchObject([
    {
      event: "llm_call_start",
      step_name: "pain_points",
      backend: "openai_api",
      model: "gpt-4o",
      tier: "middle",
      prompt_length: 400,
    },
    {
      event: "llm_call_complete",
      tier: "middle",
      cost_usd: 0.000375,
      metadata: { input_tokens: 100, output_tokens: 50 },
    },
  ]);
  expect(lines[1]?.["duration_ms"]).toBeTypeOf("number");
});

const schema = z.object({ points: z.array(z.string()).min(1) });

it("takes JSON that fits at once", async () => {
  const { llm, questions } = await bench('```json\n{"points":["a"]}\n```');
  expect(await llm.completeJson({ ...call, schema })).toMatchObject({ value: { points: ["a"] } });
  expect(questions).toHaveLength(1);
});

it("sends JSON that does not fit back once, with what is wrong", async () => {
  const { llm, usage, questions } = await bench({ json: { points: [] } }, { json: { points: ["a"] } });
  const answer = await llm.completeJson({ ...call, schema });
  expect(answer.value).toEqual({ points: ["a"] });
  expect(questions).toHaveLength(2);
  expect(questions[1]?.messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
  expect(questions[1]?.messages[3]?.content).toContain("points");
  expect(answer.inputTokens).toBe(usage.inputTokens);
});

it("gives up after the second answer that does not fit", async () => {
  const { llm, questions } = await bench("no JSON at all");
  await expect(llm.completeJson({ ...call, schema })).rejects.toThrow(
    "pain_points: the model's answer does not fit twice",
  );
  expect(questions).toHaveLength(2);
});

it("tells a refusal in a line and in words", async () => {
  const { llm, lines } = await bench({ answer: { status: 400, body: { error: { message: "no such model" } } } });
  await expect(llm.completeText(call)).rejects.toThrow(/^pain_points: .*no such model/);
  expect(lines[1]).toMatchObject({ event: "llm_call_error", step_name: "pain_points" });
});

it("counts an empty answer, and takes it for none", async () => {
  const { llm, usage } = await bench("");
  await expect(llm.completeText(call)).rejects.toThrow("answered nothing");
  expect(usage.inputTokens).toBe(100);
});

it("ends with the run", async () => {
  const { llm, stop } = await bench({ answer: { hang: true } });
  const asked = llm.completeText(call);
  stop.abort(new Error("cancelled"));
  await expect(asked).rejects.toThrow("cancelled");
});

it("embeds any number of texts, in their order", async () => {
  const { embed, usage } = await bench("unused");
  const texts = Array.from({ length: 101 }, (_, index) => `text ${index % 2}`);
  const vectors = await embed(texts);
  expect(vectors).toHaveLength(101);
  expect(vectors[0]).toEqual(vectors[100]);
  expect(vectors[0]).not.toEqual(vectors[1]);
  expect(usage.inputTokens).toBeGreaterThan(0);
});
