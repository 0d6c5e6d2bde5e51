import type { JobContext } from "@switchyard/client";
import { type CollectBounds, collectFiles } from "./collect-files.js";

/**
 * Uploads what an attempt has put into its directory for artifacts, each file under its path from there. To be called when no process of
 * the attempt is left, so that nobody changes what was looked at.
 *
 * @throws Error when there is more than may be, or an upload is refused
 */
export async function uploadArtifacts(
  context: JobContext,
  workDirectory: string,
  bounds: CollectBounds,
): Promise<void> {
  for (const { name, path } of await collectFiles(workDirectory, bounds)) {
    context.signal.throwIfAborted();
    await context.artifact(name, { file: path });
  }
}
