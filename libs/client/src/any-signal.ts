/** The sources of combined signals, for as long as the combined one is in use. */
const sourcesOf = new WeakMap<AbortSignal, readonly AbortSignal[]>();

/**
 * A signal that aborts with the first of several, with its reason.
 *
 * `AbortSignal.any` holds its sources weakly, and Node 20 collects an `AbortSignal.timeout` that nobody else holds together with its timer:
 * the combined signal then never aborts, and whoever waits for it waits for ever. Here the combined signal keeps its sources.
 */
export function anySignal(signals: readonly AbortSignal[]): AbortSignal {
  const combined = AbortSignal.any([...signals]);
  sourcesOf.set(combined, signals);
  return combined;
}
