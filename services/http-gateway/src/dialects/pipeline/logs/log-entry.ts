/** A line of a run as clients show it: where it comes from, what it says, and whatever else it tells. */
export interface LogEntry {
  readonly source: "unknown" | "python" | "structured" | "structured_embedded";
  readonly message: string;
  readonly [field: string]: unknown;
}
