/** A mistake that somebody could make, planted into the sources as they are loaded, never in the product. */
export interface Bug {
  readonly name: string;
  /** The design's rule that it breaks, in words. */
  readonly rule: string;
  /** Path in the repository. */
  readonly file: string;
  /** This text stands there exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** The source with the bug. @throws Error when the text to be replaced is not there exactly once */
export function plant({ name, file, find, replace }: Bug, source: string): string {
  const parts = source.split(find);
  if (parts.length !== 2)
    throw new Error(
      `${name}: the text to be replaced is ${parts.length - 1} times in ${file}; bring the bug up to date`,
    );
  return parts.join(replace);
}
