/** Lets work through, so much of it at the same time; the rest waits its turn. */
export type Gate = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Makes a gate. @param places how much work may be under way */
export function createGate(places: number): Gate {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // A place is handed on as it is, so that nobody who comes now gets in between.
      if (next === undefined) free += 1;
      else next();
    }
  };
}
