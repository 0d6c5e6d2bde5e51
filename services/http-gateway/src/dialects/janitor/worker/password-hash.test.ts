import { describe, expect, it } from "vitest";
import { fitsHash, hashPassword, nobodysHash } from "./password-hash.js";

describe("password hashes", () => {
  it("fit their own password alone", async () => {
    const hash = await hashPassword("päss:word");
    expect(await fitsHash("päss:word", hash)).toBe(true);
    expect(await fitsHash("päss:word ", hash)).toBe(false);
    expect(await fitsHash("", hash)).toBe(false);
  });

  it("differ for one password, and say nothing of it", async () => {
    const [a, b] = await Promise.all([hashPassword("secret"), hashPassword("secret")]);
    expect(a).not.toBe(b);
    expect(a).toMatch(/^scrypt:16384:8:1:[\w-]{22}:[\w-]{43}$/);
  });

  it("have the same form and cost for nobody, whom no password fits", async () => {
    const hash = nobodysHash();
    expect(hash).toMatch(/^scrypt:16384:8:1:[\w-]{22}:[\w-]{43}$/);
    expect(await fitsHash("secret", hash)).toBe(false);
  });
});
