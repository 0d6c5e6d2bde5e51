/** What a job of the load asks of a runner. */
export interface Work {
  /** How long it takes, ms. */
  readonly takesMs: number;
  /** Lines of log that it writes meanwhile. */
  readonly lines: number;
  /** `first`: the first attempt fails and may be tried again; `always`: it fails for good. */
  readonly fails: "never" | "first" | "always";
}
