/** Something that happens once in one place and is awaited in another. */
export function signalled<T>() {
  let send: (value: T) => void = () => undefined;
  const received = new Promise<T>((resolve) => {
    send = resolve;
  });
  return { received, send: (value: T) => send(value) };
}

/** Resolves when a signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Waits until a condition holds, for at most thirty seconds: a machine that does much else may stand still. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error("the condition did not come true in 30 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
