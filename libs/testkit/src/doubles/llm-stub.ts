import { createHash } from "node:crypto";
import { createHttpDouble, type DoubleAnswer, type DoubleRequest } from "./http-double.js";

/** A question that the stub got. */
export interface LlmQuestion {
  readonly model: string;
  /** The text of the system message. */
  readonly system: string;
  /** The text of the first message of the user. */
  readonly user: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  /** The key that came with it; empty without one. */
  readonly apiKey: string;
}

/** What the stub says: a text as it is, an object as JSON text, or an answer of another sort. */
export type LlmReply = string | { readonly json: unknown } | { readonly answer: DoubleAnswer };

/** How a stub speaks. */
export interface LlmStubOptions {
  /** The script. Undefined: refused as a bad request. */
  readonly reply: (question: LlmQuestion) => LlmReply | undefined | Promise<LlmReply | undefined>;
}

/** A language model that says what a test wants: `chat/completions`, `embeddings` and `models` as OpenAI's API has them. */
export interface LlmStub {
  /** The base URL, `/v1` included. */
  readonly url: string;
  /** All questions so far, oldest first. */
  readonly questions: readonly LlmQuestion[];
  /** Questions that get no answer and whose callers are still there. */
  readonly hanging: number;
  close(): Promise<void>;
}

/** Numbers in an embedding. */
const dimensions = 16;

/** Starts a stub. It counts a token for four characters; equal texts have equal embeddings. */
export async function createLlmStub({ reply }: LlmStubOptions): Promise<LlmStub> {
  const questions: LlmQuestion[] = [];

  async function complete(request: DoubleRequest): Promise<DoubleAnswer> {
    const question = questionOf(request);
    questions.push(question);
    const said = await reply(question);
    if (said === undefined) return { status: 400, body: { error: { message: "the stub has no answer to this" } } };
    if (typeof said === "object" && "answer" in said) return said.answer;
    const content = typeof said === "string" ? said : JSON.stringify(said.json);
    const prompt = tokensOf(question.messages.map((message) => message.content).join(""));
    const usage = { prompt_tokens: prompt, completion_tokens: tokensOf(content) };
    return {
      body: {
        ...{ id: `chatcmpl-${questions.length}`, object: "chat.completion", created: 0, model: question.model },
        choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
        usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens },
      },
    };
  }

  const server = await createHttpDouble((request) => {
    if (request.method === "GET" && request.path === "/v1/models")
      return { body: { object: "list", data: [{ id: "stub", object: "model" }] } };
    if (request.method !== "POST") return undefined;
    if (request.path === "/v1/chat/completions") return complete(request);
    return request.path === "/v1/embeddings" ? embed(request) : undefined;
  });
  return {
    url: `${server.url}/v1`,
    questions,
    get hanging() {
      return server.hanging;
    },
    close: () => server.close(),
  };
}

function questionOf({ body, headers }: DoubleRequest): LlmQuestion {
  const { model, messages } = JSON.parse(body) as Pick<LlmQuestion, "model" | "messages">;
  const first = (role: string) => messages.find((message) => message.role === role)?.content ?? "";
  const apiKey = (headers["authorization"] ?? "").replace(/^Bearer /, "");
  return { model, messages, apiKey, system: first("system"), user: first("user") };
}

function embed({ body }: DoubleRequest): DoubleAnswer {
  const { model, input } = JSON.parse(body) as { model: string; input: string | string[] };
  const texts = typeof input === "string" ? [input] : input;
  const data = texts.map((text, index) => ({ object: "embedding", index, embedding: vectorOf(text) }));
  const total = tokensOf(texts.join(""));
  return { body: { object: "list", model, data, usage: { prompt_tokens: total, total_tokens: total } } };
}

/** A direction of length 1 that depends on the words and not on their order or case. */
function vectorOf(text: string): number[] {
  const sum = new Array<number>(dimensions).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ["-"]) {
    const digest = createHash("sha256").update(word).digest();
    for (let at = 0; at < dimensions; at++) sum[at] = (sum[at] ?? 0) + ((digest[at] ?? 0) - 127.5);
  }
  const length = Math.hypot(...sum) || 1;
  return sum.map((part) => part / length);
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}
