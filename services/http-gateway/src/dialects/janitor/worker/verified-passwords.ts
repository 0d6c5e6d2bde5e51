import { createHmac, randomBytes } from "node:crypto";
import { createGate } from "./gate.js";
import { fitsHash, nobodysHash } from "./password-hash.js";

/** Hashes that are computed at the same time: the threads that do it have other work, too. */
const hashesAtOnce = 2;

/**
 * Checks passwords, and remembers for each name the one that was right: workers say theirs at every call, and a hash is
 * meant to be expensive. What is remembered is a keyed digest of name, hash and password, so it ends with the hash.
 */
export interface VerifiedPasswords {
  /** @param hash of the account; undefined where there is none, which takes as long to find out as a wrong password */
  fits(name: string, password: string, hash: string | undefined): Promise<boolean>;
}

/** Makes the checks. @param compare finds out whether a hash is that of a password */
export function createVerifiedPasswords(compare: typeof fitsHash = fitsHash): VerifiedPasswords {
  const key = randomBytes(32);
  const noAccount = nobodysHash();
  const right = new Map<string, string>();
  const underWay = new Map<string, Promise<boolean>>();
  const gate = createGate(hashesAtOnce);

  async function compareAndRemember(name: string, password: string, hash: string, digest: string): Promise<boolean> {
    const fits = await gate(() => compare(password, hash));
    if (fits) right.set(name, digest);
    return fits;
  }

  return {
    async fits(name, password, hash) {
      if (hash === undefined) right.delete(name);
      const expected = hash ?? noAccount;
      const digest = createHmac("sha256", key)
        .update(JSON.stringify([name, expected, password]))
        .digest("base64");
      if (right.get(name) === digest) return true;
      // A worker that begins with many calls at once is looked at once.
      let comparing = underWay.get(digest);
      if (comparing === undefined) {
        comparing = compareAndRemember(name, password, expected, digest).finally(() => underWay.delete(digest));
        underWay.set(digest, comparing);
      }
      return comparing;
    },
  };
}
