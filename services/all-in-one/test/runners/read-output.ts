import { createHash } from "node:crypto";
import type { SwitchyardClient } from "@switchyard/client";

/** Reads a stream of text to its end, page by page, and hashes its lines as a process would have written them. */
export async function hashOutput(
  { logs }: Pick<SwitchyardClient, "logs">,
  stream: { readonly namespace: string; readonly jobId: string; readonly attempt: number; readonly stream: string },
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  let pageToken = "";
  do {
    const page = await logs.readLog({ stream, pageSize: 5_000, pageToken });
    for (const { entry } of page.records) {
      const line = Buffer.from(`${entry?.message}\n`);
      bytes += line.length;
      hash.update(line);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return { bytes, sha256: hash.digest("hex") };
}
