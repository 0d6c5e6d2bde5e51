/**
 * Makes a question that is put once in a while only; in between the last answer is given. For what the public may ask and a
 * provider has to answer.
 *
 * @param maxAgeMs how long an answer is good, in milliseconds; a failure is an answer too
 */
export function remembered<T>(
  maxAgeMs: number,
  ask: () => Promise<T>,
  now = () => performance.now(),
): () => Promise<T> {
  let last: { readonly askedAt: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (last === undefined || now() - last.askedAt > maxAgeMs) last = { askedAt: now(), answer: ask() };
    return last.answer;
  };
}
