import { SwitchyardError } from "@switchyard/errors";

/** What callers who are refused are told to wait, in milliseconds. */
const retryAfterMs = 1_000;

/** Runs an upload, unless too many are going on. */
export type RunUpload = <T>(upload: () => Promise<T>) => Promise<T>;

/**
 * Lets so many uploads go on at once, and refuses more with RATE_LIMITED. Each holds the messages that its connection has taken ahead, up to 16 MiB, and
 * in front of a bucket its parts; making callers wait would hold as much.
 */
export function limitUploads(most: number): RunUpload {
  let running = 0;
  return async (upload) => {
    if (running >= most) {
      const limit = String(most);
      throw new SwitchyardError("RATE_LIMITED", `${limit} uploads are going on already`, { limit }, { retryAfterMs });
    }
    running++;
    try {
      return await upload();
    } finally {
      running--;
    }
  };
}
