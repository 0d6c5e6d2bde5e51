import type { LayerStatus } from "@switchyard/pipeline-model";
import type { OperationContext } from "../../operation.js";
import { naiveTime } from "../json/times.js";

/** The last that was said about a layer. */
export interface LayerState {
  readonly status: LayerStatus;
  readonly message: string;
  readonly timestamp: string;
}

/** States the layers of a run as they happen, and remembers them for its result. */
export class LayerBook {
  readonly #context: Pick<OperationContext, "layer" | "signal">;
  readonly #states: Record<string, LayerState> = {};

  constructor(context: Pick<OperationContext, "layer" | "signal">) {
    this.#context = context;
  }

  /** All layers by key, as the result of an operation shows them. */
  get states(): Readonly<Record<string, LayerState>> {
    return this.#states;
  }

  /** States a layer. */
  say(key: string, status: LayerStatus, message = "", metadata?: Readonly<Record<string, unknown>>): void {
    this.#states[key] = { status, message, timestamp: naiveTime() };
    this.#context.layer(key, status, message, metadata);
  }

  /** Runs a layer that the run cannot do without: what it throws is stated and thrown. */
  async run<T>(key: string, doing: string, work: () => Promise<T> | T, done: (result: T) => string): Promise<T> {
    this.say(key, "processing", doing);
    try {
      const result = await work();
      this.say(key, "success", done(result));
      return result;
    } catch (error) {
      this.say(key, "failed", wordsOf(error), errorMetadata(error));
      throw error;
    }
  }

  /** Runs a layer that the run can do without: what it throws is stated, and the result is undefined. A stop is thrown. */
  async attempt<T>(
    key: string,
    doing: string,
    work: () => Promise<T>,
    done: (result: T) => string,
  ): Promise<T | undefined> {
    try {
      return await this.run(key, doing, work, done);
    } catch {
      this.#context.signal.throwIfAborted();
      return undefined;
    }
  }
}

/** What went wrong, for people. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const longestTraceback = 8_000;

function errorMetadata(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { error_type: typeof error };
  return {
    error_type: error.name,
    ...(error.stack === undefined ? {} : { traceback: error.stack.slice(0, longestTraceback) }),
  };
}
