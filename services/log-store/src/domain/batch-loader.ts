import { type Caller, presentSpan, withCallers } from "@switchyard/tracing";

/**
 * Makes one query out of many loads: what is asked for while a query runs goes into the next one. No timer; a lone load
 * goes at once.
 *
 * @param loadMany answers in the order of the keys
 * @param maxKeys most keys per query
 */
export function createBatchLoader<Key, Value>(
  loadMany: (keys: readonly Key[]) => Promise<readonly Value[]>,
  maxKeys = 500,
): (key: Key) => Promise<Value> {
  const waiting: { key: Key; caller: Caller; resolve: (value: Value) => void; reject: (error: unknown) => void }[] = [];
  let running = false;

  async function run(): Promise<void> {
    // Begins after the present turn of microtasks, so that the loads of one message go together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.splice(0, maxKeys);
      try {
        const load = () => loadMany(batch.map(({ key }) => key));
        const values = await withCallers(batch, ({ caller }) => caller, load);
        for (const [i, { resolve }] of batch.entries()) resolve(values[i] as Value);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    running = false;
  }

  return (key) =>
    new Promise((resolve, reject) => {
      waiting.push({ key, caller: presentSpan(), resolve, reject });
      if (running) return;
      running = true;
      void run();
    });
}
