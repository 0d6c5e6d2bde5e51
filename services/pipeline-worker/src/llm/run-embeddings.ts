import { costOf } from "@switchyard/pipeline-model";
import type OpenAI from "openai";
import { completeLine, errorLine, startLine } from "./call-lines.js";
import type { Embeddings } from "./embeddings.js";
import { LlmFailure } from "./llm.js";
import type { RunOfLlm } from "./run-llm.js";

/** Texts of one call. */
const batchSize = 100;

/** The configured embedding model, as one run uses it. A call counts as one of the fast tier. */
export function createRunEmbeddings(client: OpenAI, model: string, run: RunOfLlm): Embeddings {
  const identity = { step: "embeddings", model, tier: "fast" } as const;

  async function embedBatch(texts: readonly string[]): Promise<number[][]> {
    run.line(
      startLine(
        identity,
        texts.reduce((sum, text) => sum + text.length, 0),
      ),
    );
    const began = performance.now();
    try {
      // Floats: what the client asks for by itself, base64, not every endpoint knows.
      const body = { model, input: [...texts], encoding_format: "float" as const };
      const { data, usage } = await client.embeddings.create(body, { signal: run.signal });
      const vectors = [...data].sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
      if (vectors.length !== texts.length) throw new Error(`${vectors.length} vectors for ${texts.length} texts`);
      const inputTokens = usage?.prompt_tokens ?? 0;
      const durationMs = Math.round(performance.now() - began);
      const facts = { model, inputTokens, outputTokens: 0, costUsd: costOf("fast", inputTokens, 0), durationMs };
      run.usage.add(facts);
      run.line(completeLine(identity, facts, vectors.length));
      return vectors;
    } catch (error) {
      run.signal.throwIfAborted();
      const words = error instanceof Error ? error.message : String(error);
      run.line(errorLine(identity, words, Math.round(performance.now() - began)));
      throw new LlmFailure(`embeddings: ${words}`, { cause: error });
    }
  }

  return {
    model,
    async embed(texts) {
      const vectors: number[][] = [];
      for (let at = 0; at < texts.length; at += batchSize)
        vectors.push(...(await embedBatch(texts.slice(at, at + batchSize))));
      return vectors;
    },
  };
}
