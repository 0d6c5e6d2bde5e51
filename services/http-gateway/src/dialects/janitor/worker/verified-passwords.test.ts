import { beforeEach, describe, expect, it, vi } from "vitest";
import { createVerifiedPasswords } from "./verified-passwords.js";

describe("verified passwords", () => {
  const compare = vi.fn(async (password: string, hash: string) => hash === `hash of ${password}`);
  let passwords = createVerifiedPasswords(compare);

  beforeEach(() => {
    compare.mockClear();
    passwords = createVerifiedPasswords(compare);
  });

  it("are compared once", async () => {
    expect(await passwords.fits("a", "p", "hash of p")).toBe(true);
    expect(await passwords.fits("a", "p", "hash of p")).toBe(true);
    expect(compare).toHaveBeenCalledTimes(1);
  });

  it("are compared once for calls at the same time", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => passwords.fits("a", "p", "hash of p")));
    expect(answers.every(Boolean)).toBe(true);
    expect(compare).toHaveBeenCalledTimes(1);
  });

  it("are compared anew when the hash is another one", async () => {
    await passwords.fits("a", "p", "hash of p");
    expect(await passwords.fits("a", "p", "hash of q")).toBe(false);
    expect(await passwords.fits("a", "q", "hash of q")).toBe(true);
    expect(compare).toHaveBeenCalledTimes(3);
  });

  it("are compared every time while they are wrong", async () => {
    await passwords.fits("a", "p", "hash of p");
    for (let time = 0; time < 3; time += 1) expect(await passwords.fits("a", "x", "hash of p")).toBe(false);
    expect(compare).toHaveBeenCalledTimes(4);
  });

  it("are not those of another worker", async () => {
    await passwords.fits("a", "p", "hash of p");
    expect(await passwords.fits("b", "p", "hash of q")).toBe(false);
    expect(compare).toHaveBeenCalledTimes(2);
  });

  it("are compared where there is no account too, and forgotten with it", async () => {
    await passwords.fits("a", "p", "hash of p");
    expect(await passwords.fits("a", "p", undefined)).toBe(false);
    expect(await passwords.fits("a", "p", undefined)).toBe(false);
    expect(compare).toHaveBeenCalledTimes(3);
    expect(compare).toHaveBeenLastCalledWith("p", expect.stringMatching(/^scrypt:/));
  });

  it("are asked about again after a failure", async () => {
    compare.mockRejectedValueOnce(new Error("no memory"));
    await expect(passwords.fits("a", "p", "hash of p")).rejects.toThrow("no memory");
    expect(await passwords.fits("a", "p", "hash of p")).toBe(true);
  });
});
