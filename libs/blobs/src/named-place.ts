import type { BlobPlace } from "./open-blob-store.js";

/** The variables by which settings name a place. */
export interface PlaceVariables<Name extends string> {
  readonly directory: Name;
  readonly bucket: Name;
  readonly endpoint: Name;
  readonly region: Name;
  readonly prefix: Name;
}

/** Settings that may name a place. */
export type PlaceSettings<Name extends string> = Readonly<Record<Name, string | undefined>>;

/** The place that settings name; undefined: none. */
export function placeOf<Name extends string>(
  settings: PlaceSettings<Name>,
  variables: PlaceVariables<Name>,
): BlobPlace | undefined {
  const bucket = settings[variables.bucket];
  if (bucket === undefined) return settings[variables.directory];
  const endpoint = settings[variables.endpoint];
  const region = settings[variables.region];
  return {
    ...{ bucket, prefix: settings[variables.prefix] ?? "" },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  };
}

/**
 * Looks at the settings of a place together: one that is named twice or only half is a problem.
 *
 * @param problem is told the variable and what is wrong with it
 */
export function checkPlace<Name extends string>(
  settings: PlaceSettings<Name>,
  variables: PlaceVariables<Name>,
  problem: (variable: string, text: string) => void,
): void {
  const isSet = (part: keyof PlaceVariables<Name>) => settings[variables[part]] !== undefined;
  if (isSet("directory") && isSet("bucket"))
    problem(variables.bucket, `is set beside ${variables.directory}; the bytes are in one of them`);
  const endpoint = settings[variables.endpoint];
  if (endpoint !== undefined && !URL.canParse(endpoint)) problem(variables.endpoint, "is no URL");
  for (const part of ["endpoint", "region", "prefix"] as const)
    if (!isSet("bucket") && isSet(part)) problem(variables[part], `needs ${variables.bucket}`);
}
