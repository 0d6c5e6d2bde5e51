import OpenAI from "openai";
import type { LlmSettings } from "../settings.js";
import { boundedFetch } from "./bounded-fetch.js";

/** Largest answer, in bytes: 4,000 tokens of text need a hundredth of it, a thousand embeddings a few MiB. */
const maxAnswerBytes = 32 * 1024 * 1024;

/** Makes the client that all runs of the process share. Tries that fail for a passing reason are repeated twice. */
export function createLlmClient({ baseUrl, apiKey, timeoutMs }: LlmSettings): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    // The client insists on a key; endpoints without one ignore it.
    apiKey: apiKey === "" ? "none" : apiKey,
    timeout: timeoutMs,
    maxRetries: 2,
    fetch: boundedFetch(maxAnswerBytes),
  });
}
