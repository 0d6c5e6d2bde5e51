import { isRetryable, reasonOf, type Reason } from "@switchyard/errors";
import type { AnswerOf, Api, Method, RequestOf } from "./api.js";
import { type Arena, givenUp } from "./arena.js";

/** One call as its caller saw it. Ticks order the beginnings and ends of all calls of a history. */
export interface Call<M extends Method> {
  readonly method: M;
  readonly request: RequestOf<M>;
  readonly begin: number;
  readonly end: number;
  /** The scheduler's clock at both, ms. */
  readonly begunAt: number;
  readonly endedAt: number;
  /** Undefined when it was refused, or when its outcome is unknown. */
  readonly answer: AnswerOf<M> | undefined;
  /** Why there is no answer. A retryable reason leaves open what happened. */
  readonly reason: Reason | undefined;
}

/** A call of any method. */
export type AnyCall = { [M in Method]: Call<M> }[Method];

/** What the clients of one namespace did and heard, in the order of the calls' ends. */
export class History {
  readonly calls: AnyCall[] = [];
  #tick = 0;

  constructor(private readonly arena: Arena) {}

  /** The next tick, for what else is noted between calls. */
  tick(): number {
    return ++this.#tick;
  }

  /** The calls of one method, in the order of their ends. */
  of<M extends Method>(method: M): Call<M>[] {
    return this.calls.filter((call) => call.method === method) as unknown as Call<M>[];
  }

  /**
   * Makes a call and notes what came of it. One whose outcome is unknown is repeated unchanged, as the client library does, unless
   * `once` is set. Undefined when it was refused.
   */
  async call<M extends Method>(method: M, request: RequestOf<M>, once = false): Promise<AnswerOf<M> | undefined> {
    for (let tries = 1; ; tries++) {
      const [begin, begunAt] = [this.tick(), this.arena.clock.now()];
      const note = (answer: AnswerOf<M> | undefined, reason: Reason | undefined) => {
        const times = { begin, end: this.tick(), begunAt, endedAt: this.arena.clock.now() };
        this.calls.push({ method, request, ...times, answer, reason } as unknown as AnyCall);
      };
      try {
        const answer = await this.arena.call((api) => send(api, method, request));
        note(answer, undefined);
        return answer;
      } catch (error) {
        note(undefined, reasonOf(error));
        if (!isRetryable(error) || once) return undefined;
        if (tries === mostTries) throw givenUp(method, error);
      }
      await pause(Math.min(tries * 2, 25));
    }
  }
}

/** Enough for a minute of trouble. */
const mostTries = 2_000;

function send<M extends Method>(api: Api, method: M, request: RequestOf<M>): Promise<AnswerOf<M>> {
  return (api[method] as unknown as (request: RequestOf<M>) => Promise<AnswerOf<M>>)(request);
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
