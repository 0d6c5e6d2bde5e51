import { describe, expect, it } from "vitest";
import { shellWords, splitCommand } from "./split-command.js";

describe("splitCommand", () => {
  it.each([
    ["lintian-brush", {}, "lintian-brush"],
    ["DEB_VENDOR=debian lintian-brush", { DEB_VENDOR: "debian" }, "lintian-brush"],
    ["A=1 B='x y' deb-new-upstream --opt=1", { A: "1", B: "x y" }, "deb-new-upstream --opt=1"],
    ["A= run", { A: "" }, "run"],
    ["run A=1", {}, "run A=1"],
    [`sh -c "echo 'hi'"`, {}, `sh -c 'echo '"'"'hi'"'"''`],
    ["run 'open", {}, "run 'open"],
  ])("takes the variables off %s", (line, env, command) => {
    expect(splitCommand(line)).toEqual({ env, command });
  });
});

describe("shellWords", () => {
  it("reads quotes and backslashes as a shell does", () => {
    expect(shellWords(String.raw` a "b \"c\" \d"  e\ f '' g'h'i `)).toEqual([
      "a",
      String.raw`b "c" \d`,
      "e f",
      "",
      "ghi",
    ]);
    expect(shellWords('a "b')).toBeUndefined();
    expect(shellWords("a \\")).toBeUndefined();
  });
});
