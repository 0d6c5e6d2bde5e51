import { setTimeout as sleep } from "node:timers/promises";

/** An answer in JSON; the body is undefined where there is none. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
  readonly body: any;
}

/** Makes calls of a REST API at `base`. */
export function restCaller(base: () => string) {
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${base()}${path}`, { method, headers, ...json });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  };
}

/** Calls until an answer fits, and answers it; the last one after 20 s. */
export async function answerOnce(
  call: () => Promise<RestAnswer>,
  fits: (answer: RestAnswer) => boolean,
): Promise<RestAnswer> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const answer = await call();
    if (fits(answer) || Date.now() >= deadline) return answer;
    await sleep(25);
  }
}
