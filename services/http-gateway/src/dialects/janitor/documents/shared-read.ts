/**
 * Shares a read among those who ask for it at once. One is under way at a time, and who asks meanwhile is given the next:
 * no answer is of a time before its question, and no crowd makes more than one call at a time.
 */
export function sharedRead<T>(read: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  let next: Promise<T> | undefined;

  function begin(): Promise<T> {
    const mine = read();
    underWay = mine;
    next = undefined;
    const over = () => {
      if (underWay === mine) underWay = undefined;
    };
    mine.then(over, over);
    return mine;
  }

  return () => {
    if (underWay === undefined) return begin();
    next ??= underWay.then(begin, begin);
    return next;
  };
}
