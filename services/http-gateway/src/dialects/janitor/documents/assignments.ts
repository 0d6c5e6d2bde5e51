import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Core } from "../core-access.js";
import { collectionNames } from "../names.js";
import { bodyOf, findDocument, findDocuments, putExpiring, writeAll } from "./shared.js";

// Which earlier run an assignment resumes from is found once, when it is made. Assignments that resume from none have no document.

const collection = collectionNames.assignments;

/** Longer than any run; the run's own record says it too, once there is one. */
const keptMs = 30 * 86_400_000;

interface Body {
  readonly resume_from: string;
}

/** Notes that a run resumes from another. */
export async function noteResumedRun(core: Core, runId: string, resumeFrom: string): Promise<void> {
  const body: Body = { resume_from: resumeFrom };
  await writeAll(core, [putExpiring(collection, runId, body, timestampFromMs(Date.now() + keptMs))]);
}

/** The run that a run resumes from; null for none. */
export async function resumedRunOf(core: Core, runId: string): Promise<string | null> {
  const document = await findDocument(core, collection, runId);
  return document === undefined ? null : bodyOf<Body>(document).resume_from;
}

/** The runs that runs resume from, by run; those that resume from none are left out. */
export async function resumedRunsOf(core: Core, runIds: readonly string[]): Promise<Map<string, string>> {
  const documents = await findDocuments(core, collection, runIds);
  return new Map(documents.map((document) => [document.key, bodyOf<Body>(document).resume_from]));
}
