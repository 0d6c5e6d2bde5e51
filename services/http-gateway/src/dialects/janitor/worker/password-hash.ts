import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** What a hash costs: 16 MiB of memory, and about a twentieth of a second. Workers' passwords are made by machines. */
const cost = { N: 16_384, r: 8, p: 1 };

const [saltBytes, keyBytes] = [16, 32];

/** Hashes a password for keeping: the cost, a salt of its own and the key, as text. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  return write(salt, await derive(password, salt, cost));
}

/** Whether a hash is that of a password. Costs as much when it is not. */
export async function fitsHash(password: string, hash: string): Promise<boolean> {
  const [, N = "", r = "", p = "", salt = "", key = ""] = hash.split(":");
  const expected = Buffer.from(key, "base64url");
  const settings = { N: Number(N), r: Number(r), p: Number(p) };
  const derived = await derive(password, Buffer.from(salt, "base64url"), settings);
  return expected.length === derived.length && timingSafeEqual(expected, derived);
}

/** A hash that no password fits, to be compared with where there is no account: that takes as long as with one. */
export function nobodysHash(): string {
  return write(randomBytes(saltBytes), randomBytes(keyBytes));
}

function write(salt: Buffer, key: Buffer): string {
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64url"), key.toString("base64url")].join(":");
}

function derive(password: string, salt: Buffer, settings: typeof cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The default limit has no room for a higher cost, should there be one some day.
    const options = { ...settings, maxmem: 256 * 1024 ** 2 };
    scrypt(password, salt, keyBytes, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
