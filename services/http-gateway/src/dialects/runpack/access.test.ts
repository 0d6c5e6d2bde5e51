import { describe, expect, it } from "vitest";
import { createAccess } from "./access.js";
import type { KeyClass } from "./config.js";

const access = createAccess({ submit: ["s1", "s2"], runner: ["r"], admin: ["a"] });
const nobody = createAccess({ submit: [], runner: [], admin: [] });

function answer(authorization: string | undefined, to: KeyClass, by = access): string {
  try {
    by.check({ headers: authorization === undefined ? {} : { authorization } } as never, to);
    return "open";
  } catch (error) {
    expect(error).toMatchObject({ status: 401 });
    return (error as Error).message;
  }
}

describe("access", () => {
  it("has three classes of keys", () => {
    const opens = (key: string) =>
      (["submit", "runner", "admin"] as const).filter((to) => answer(`Bearer ${key}`, to) === "open");
    expect(opens("s1")).toEqual(["submit"]);
    expect(opens("s2")).toEqual(["submit"]);
    expect(opens("r")).toEqual(["runner", "admin"]);
    expect(opens("a")).toEqual(["admin"]);
    expect(opens("x")).toEqual([]);
    expect(answer("Bearer x", "admin")).toBe("Invalid API key");
  });

  it("takes the header in one form only", () => {
    for (const header of [undefined, ""]) expect(answer(header, "submit")).toBe("Missing Authorization header");
    for (const header of ["s1", "Bearer", "bearer s1", "Bearer  s1", "Bearer s1 x", "Basic s1"]) {
      expect(answer(header, "submit")).toBe("Invalid Authorization header format. Use: Bearer <token>");
    }
  });

  it("without keys lets nobody in", () => {
    for (const header of ["Bearer x", "Bearer undefined", "Bearer "]) {
      for (const to of ["submit", "runner", "admin"] as const) {
        expect(answer(header, to, nobody)).toBe("Invalid API key");
      }
    }
  });
});
