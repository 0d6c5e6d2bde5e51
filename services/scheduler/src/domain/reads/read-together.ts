/**
 * Makes one read of many, for the items of a call that each go their own way: what is asked for in the same moment, or while a read is on the way, shares the next
 * read. A thousand items cost a handful of statements then, and never more than one connection of the pool. An answer is from a read that began after the
 * question, so whoever holds a turn or has looked at memory before may rely on it.
 *
 * @param read finds the values of keys; keys that it leaves out are answered with undefined. Its failure is the failure of all whom it was for.
 * @param most keys per read
 */
export function readTogether<Key, Value>(
  most: number,
  read: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
): (key: Key) => Promise<Value | undefined> {
  const waiting = new Map<Key, Answer<Value>>();
  let isReading = false;

  async function readAll(): Promise<void> {
    while (waiting.size > 0) {
      const batch = [...waiting].slice(0, most);
      for (const [key] of batch) waiting.delete(key);
      try {
        const found = await read(batch.map(([key]) => key));
        for (const [key, { resolve }] of batch) resolve(found.get(key));
      } catch (error) {
        for (const [, { reject }] of batch) reject(error);
      }
    }
    isReading = false;
  }

  return (key) => {
    let answer = waiting.get(key);
    if (!answer) {
      answer = unanswered<Value>();
      waiting.set(key, answer);
    }
    if (!isReading) {
      isReading = true;
      // The others of the same moment come first.
      queueMicrotask(() => void readAll());
    }
    return answer.promise;
  };
}

interface Answer<Value> {
  readonly promise: Promise<Value | undefined>;
  readonly resolve: (value: Value | undefined) => void;
  readonly reject: (reason: unknown) => void;
}

function unanswered<Value>(): Answer<Value> {
  let resolve: Answer<Value>["resolve"] = () => undefined;
  let reject: Answer<Value>["reject"] = () => undefined;
  const promise = new Promise<Value | undefined>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
