import type { BlobPlace } from "./open-blob-store.js";

/** A place as settings name it, each part by a variable of its own. */
export interface NamedPlace {
  readonly directory: string | undefined;
  readonly bucket: string | undefined;
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly prefix: string | undefined;
}

/** The place that settings name; undefined: none. */
export function placeOf({ directory, bucket, endpoint, region, prefix = "" }: NamedPlace): BlobPlace | undefined {
  if (bucket === undefined) return directory;
  return {
    ...{ bucket, prefix },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  };
}

/**
 * Looks at the settings of a place together: one that is named twice or only half is a problem.
 *
 * @param variables the names of the variables
 * @param problem is told the variable and what is wrong with it
 */
export function checkPlace(
  place: NamedPlace,
  variables: Readonly<Record<keyof NamedPlace, string>>,
  problem: (variable: string, text: string) => void,
): void {
  const { directory, bucket, endpoint } = place;
  if (directory !== undefined && bucket !== undefined)
    problem(variables.bucket, `is set beside ${variables.directory}; the bytes are in one of them`);
  if (endpoint !== undefined && !URL.canParse(endpoint)) problem(variables.endpoint, "is no URL");
  for (const part of ["endpoint", "region", "prefix"] as const)
    if (bucket === undefined && place[part] !== undefined) problem(variables[part], `needs ${variables.bucket}`);
}
