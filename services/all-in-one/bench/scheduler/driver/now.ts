/** The machine's monotonic clock in milliseconds: every process on it reads the same. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
