import type { Provider } from "../config.js";

/** What a service of the outside said. */
export type ProviderAnswer =
  | { readonly value: unknown; readonly latencyMs: number }
  | { readonly error: string; readonly latencyMs: number };

/** Nobody waits longer for a page about the state of things. */
const timeoutMs = 5_000;
const maxBytes = 1024 ** 2;

/** Asks a service of the operator's choice for JSON. Never throws: how it is, is what is asked. */
export async function askProvider({ url, key }: Provider, path: string): Promise<ProviderAnswer> {
  const begun = performance.now();
  const latencyMs = () => Math.round((performance.now() - begun) * 10) / 10;
  try {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const answer = await fetch(`${url}${path}`, { headers, signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
    if (!answer.ok) {
      await answer.body?.cancel();
      return { error: `API returned status ${answer.status}`, latencyMs: latencyMs() };
    }
    return { value: JSON.parse(await readText(answer)) as unknown, latencyMs: latencyMs() };
  } catch (error) {
    return { error: wordsOf(error), latencyMs: latencyMs() };
  }
}

async function readText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error("the answer is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** What is told is public: neither addresses nor keys are in it. */
function wordsOf(error: unknown): string {
  if (error instanceof SyntaxError) return "the answer is no JSON";
  if (error instanceof DOMException && error.name === "TimeoutError") return "no answer in time";
  return "cannot be reached";
}
