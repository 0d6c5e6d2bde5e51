import { createHash } from "node:crypto";
import { SwitchyardError } from "@switchyard/errors";
import type { ByteFacts } from "../model/artifact.js";

/** Bytes that are counted and hashed while somebody reads them. */
export interface Meter {
  /** The same bytes. Can be read once. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /**
   * What has passed.
   *
   * @throws Error when the bytes were not read to their end
   */
  facts(): ByteFacts;
  /** What ended the bytes early, whatever a store makes of it. Undefined: nothing did. */
  failure(): { readonly error: unknown } | undefined;
}

/**
 * Meters bytes.
 *
 * @param limit bytes at most; reading fails with PAYLOAD_TOO_LARGE beyond it
 */
export function meterBytes(source: AsyncIterable<Uint8Array>, limit: number): Meter {
  const hash = createHash("sha256");
  let size = 0;
  let sha256: Buffer | undefined;
  let failure: { readonly error: unknown } | undefined;

  async function* pass(): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      size += piece.length;
      if (size > limit) throw tooLarge(limit);
      hash.update(piece);
      yield piece;
    }
    sha256 = hash.digest();
  }
  async function* noting(): AsyncGenerator<Uint8Array> {
    try {
      yield* pass();
    } catch (error) {
      failure = { error };
      throw error;
    }
  }
  return {
    bytes: noting(),
    facts() {
      if (sha256 === undefined) throw new Error("the bytes were not read to their end");
      return { size, sha256 };
    },
    failure: () => failure,
  };
}

function tooLarge(limit: number): SwitchyardError {
  return new SwitchyardError("PAYLOAD_TOO_LARGE", `an artifact has ${limit} bytes at most`, { limit: String(limit) });
}
