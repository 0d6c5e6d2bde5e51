/** Something that the caller has to correct before anything can be called: the command line, a profile, a file. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
