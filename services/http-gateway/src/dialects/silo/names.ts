import { coreName } from "../../core/core-name.js";

/** The subject of the jobs about a part. */
export function subjectOf(partNumber: string): string {
  return coreName(partNumber, 512);
}
