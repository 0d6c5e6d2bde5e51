import type { OperationContext } from "../../operation.js";
import { loadMasterCv } from "./master-cv.js";
import { profileText } from "./profile-text.js";

/** The candidate in words: from the master CV, else from the settings; empty where neither says anything. */
export async function candidateProfile({ documents, settings }: OperationContext): Promise<string> {
  const stored = profileText(await loadMasterCv(documents));
  return stored === "" ? settings.candidate.profile : stored;
}
