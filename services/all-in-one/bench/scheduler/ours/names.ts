/** The namespace that the bench works in. */
export const namespace = "bench";
/** The kind of the bench's jobs, which its runner takes. */
export const benchKind = "bench.work";
