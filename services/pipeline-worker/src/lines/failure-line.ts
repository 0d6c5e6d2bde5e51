/** Longest traceback in characters; the frames at its top say where it went wrong. */
const maxTraceback = 8_000;

/** The line of what ended a run: an event with the words, the sort of error and its traceback, as JSON. */
export function failureLine(error: unknown, jobId: string | undefined): string {
  const known = error instanceof Error;
  return JSON.stringify({
    timestamp: new Date().toISOString(),
    event: "error",
    ...(jobId === undefined ? {} : { job_id: jobId }),
    error: known ? error.message : String(error),
    metadata: {
      error_type: known ? error.name : typeof error,
      ...(known && error.stack !== undefined ? { traceback: error.stack.slice(0, maxTraceback) } : {}),
    },
  });
}
