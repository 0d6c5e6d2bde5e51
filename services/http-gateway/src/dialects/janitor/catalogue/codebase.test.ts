import { describe, expect, it } from "vitest";
import { branchKeyOf, type CodebaseEntry, codebaseKey, codebaseOf, hostOf } from "./codebase.js";

const address = (entry: CodebaseEntry) => {
  const { branch_url, url, branch } = codebaseOf({ name: "acme", ...entry }, 0);
  return [branch_url, url, branch];
};

describe("codebaseOf", () => {
  it("leaves out nothing", () => {
    expect(codebaseOf({ name: "acme" }, 0)).toEqual({
      name: "acme",
      branch_url: null,
      url: null,
      branch: null,
      subpath: null,
      vcs_type: null,
      web_url: null,
      vcs_last_revision: null,
      value: null,
    });
  });

  it("takes a joined URL apart", () => {
    expect(address({ branch_url: "https://a.example/x" })).toEqual([
      "https://a.example/x",
      "https://a.example/x",
      null,
    ]);
    expect(address({ branch_url: "https://a.example/x,branch=feature%2Fy" })).toEqual([
      "https://a.example/x,branch=feature%2Fy",
      "https://a.example/x",
      "feature/y",
    ]);
    expect(address({ branch_url: "https://a.example/x,branch=feature/y" })[2]).toBe("feature/y");
    expect(address({ branch_url: "https://a.example/x,ref=1,branch=%zz" })).toEqual([
      "https://a.example/x,ref=1,branch=%zz",
      "https://a.example/x",
      "%zz",
    ]);
    expect(address({ branch_url: "https://a.example/a,b/x" })[1]).toBe("https://a.example/a,b/x");
  });

  it("joins URL and branch", () => {
    expect(address({ url: "https://a.example/x", branch: "main" })).toEqual([
      "https://a.example/x,branch=main",
      "https://a.example/x",
      "main",
    ]);
    expect(address({ url: "https://a.example/x", branch: "it's/100%" })[0]).toBe(
      "https://a.example/x,branch=it%27s%2F100%25",
    );
    expect(address({ url: "https://a.example/x" })).toEqual(["https://a.example/x", "https://a.example/x", null]);
  });

  it("lets the joined URL count", () => {
    const given = { branch_url: "https://a.example/x", url: "https://b.example/y", branch: "main" };
    expect(address(given)).toEqual(["https://a.example/x", "https://a.example/x", "main"]);
    expect(address({ ...given, branch_url: "https://a.example/x,branch=z" })[2]).toBe("z");
  });

  it("knows no URL of a branch alone", () => {
    expect(address({ branch: "main" })).toEqual([null, null, "main"]);
    expect(address({ branch_url: "", url: "" })).toEqual([null, null, null]);
  });

  it("refuses what nobody could find", () => {
    expect(() => codebaseOf({ subpath: "x", branch: "main" }, 3)).toThrow("codebase 3 has neither a name nor a URL");
    expect(codebaseOf({ url: "https://a.example/x" }, 0).name).toBeNull();
  });
});

describe("keys", () => {
  const at = (branch_url: string | null, subpath: string | null, name: string | null = null) =>
    codebaseOf({ name, branch_url, subpath }, 0);

  it("are names, or digests of the place that no name is like", () => {
    expect(codebaseKey(at(null, null, "acme"))).toBe("acme");
    expect(codebaseKey(at("https://a.example", null))).toMatch(/^branch:[0-9a-f]{64}$/);
    expect(codebaseKey(at("https://a.example", null))).toBe(codebaseKey(at("https://a.example", null)));
    expect(codebaseKey(at("https://a.example", null))).not.toBe(codebaseKey(at("https://a.example", "")));
  });

  it("of branches are there once URL and subpath are known", () => {
    expect(branchKeyOf(at("https://a.example", null))).toBeUndefined();
    expect(branchKeyOf(at(null, "", "acme"))).toBeUndefined();
    expect(branchKeyOf(at("https://a.example", "", "acme"))).toBe(branchKeyOf(at("https://a.example", "")));
    expect(branchKeyOf(at("https://a.example", "x"))).not.toBe(branchKeyOf(at("https://a.example", "")));
  });
});

describe("hostOf", () => {
  it.each([
    ["https://Git.Example/acme", "git.example"],
    ["git+ssh://user@git.example:2222/acme", "git.example:2222"],
    ["https://user:word@git.example/a@b", "git.example"],
    ["https://git.example", "git.example"],
    ["file:///srv/acme", undefined],
    ["lp:acme", undefined],
    ["https://a\nb/acme", undefined],
    ["", undefined],
    [null, undefined],
  ])("of %j is %s", (branchUrl, host) => {
    expect(hostOf(branchUrl)).toBe(host);
  });
});
