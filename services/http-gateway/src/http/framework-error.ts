/**
 * The status of an error of the HTTP framework itself: 404, 413, or 400 for all else that was the client's doing.
 * Undefined for every other error.
 */
export function frameworkStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("statusCode" in error)) return undefined;
  const { code, statusCode } = error as { code: unknown; statusCode: unknown };
  if (typeof code !== "string" || !code.startsWith("FST_ERR_") || typeof statusCode !== "number") return undefined;
  if (statusCode === 413 || statusCode === 404) return statusCode;
  return statusCode >= 400 && statusCode < 500 ? 400 : undefined;
}
