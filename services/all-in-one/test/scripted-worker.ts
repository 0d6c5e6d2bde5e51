import { createRunner, type JobContext, type Runner } from "@switchyard/client";
import type { System } from "../src/index.js";

/** What a worker does with the job of one posting. What it returns is the result. */
export type Script = (context: JobContext) => unknown;

/** A worker of the pipeline that does what tests say. */
export interface ScriptedWorker {
  readonly runner: Runner;
  /** Says what becomes of the jobs about a posting; of all others nothing comes but an empty result. */
  script(postingId: string, script: Script): void;
  /** Jobs that it does at this moment, and the most that it ever did at once, by kind. */
  readonly busy: ReadonlyMap<string, { readonly now: number; readonly most: number }>;
}

/** The result of an operation with some data. */
export function resultWith(data: object = {}, facts: object = {}): object {
  return {
    ...{ success: true, data, cost_usd: 0.25, duration_ms: 5, error: null },
    ...{ input_tokens: 10, output_tokens: 20, model_used: "test-model" },
    ...facts,
  };
}

/** Makes a worker for the pipeline's jobs; the caller starts and stops its runner. */
export function createScriptedWorker(
  { transport }: Pick<System, "transport">,
  { slots = 30, name = "scripted" }: { readonly slots?: number; readonly name?: string } = {},
): ScriptedWorker {
  const scripts = new Map<string, Script>();
  const busy = new Map<string, { now: number; most: number }>();

  async function execute(context: JobContext): Promise<unknown> {
    const { kind, subject } = context.lease;
    const count = busy.get(kind) ?? { now: 0, most: 0 };
    busy.set(kind, count);
    count.now += 1;
    count.most = Math.max(count.most, count.now);
    try {
      return (await scripts.get(subject)?.(context)) ?? resultWith();
    } finally {
      count.now -= 1;
    }
  }

  const runner = createRunner({
    ...{ transport, namespace: "pipeline", name, slots, execute },
    kinds: ["*"],
  });
  return { runner, busy, script: (postingId, script) => void scripts.set(postingId, script) };
}

/** A gate that a script waits at; one that is stopped leaves. */
export function createGate(): { open(): void; pass(context: JobContext): Promise<void> } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    open: () => open(),
    pass: ({ signal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        if (signal.aborted) reject(signal.reason);
        void opened.then(resolve);
      }),
  };
}
