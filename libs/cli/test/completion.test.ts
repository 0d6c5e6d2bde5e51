import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { run } from "./run.js";

const script = async (shell: string) => (await run(["completion", shell])).out;

/** What bash offers behind a line. */
async function offered(line: readonly string[]): Promise<readonly string[]> {
  const words = ["switchyard", ...line].map((word) => `'${word}'`).join(" ");
  const ask = `COMP_WORDS=(${words}); COMP_CWORD=${line.length}; _switchyard; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)("bash", ["--norc", "-c", `${await script("bash")}\n${ask}`]);
  return stdout.split("\n").filter((word) => word !== "");
}

describe("bash completes", () => {
  it("groups, commands and their options", async () => {
    expect(await offered(["jo"])).toEqual(["jobs"]);
    expect(await offered(["jobs", "l"])).toEqual(["list", "logs"]);
    expect(await offered(["jobs", "logs", "--t"])).toEqual([
      "--tail",
      "--timestamps",
      "--token",
      "--token-file",
      "--tls",
      "--tls-ca",
      "--tls-cert",
      "--tls-key",
      "--tls-server-name",
      "--timeout",
    ]);
  });

  it("behind options and their values", async () => {
    expect(await offered(["-n", "jobs", "queues", "-q", "pa"])).toEqual(["pause"]);
  });

  it("values that are known", async () => {
    expect(await offered(["jobs", "list", "-o", ""])).toEqual(["table", "json"]);
    expect(await offered(["completion", ""])).toEqual(["bash", "zsh", "fish"]);
  });
});

it("zsh and fish are given every command and option with its description", async () => {
  const zsh = await script("zsh");
  expect(zsh).toContain(`"queues pause") commands=(); options=('--address:where the system is\\: host\\:port`);
  expect(zsh).toContain("'explain:Say which gates hold a job back");
  const fish = await script("fish");
  expect(fish).toContain(
    `complete -c switchyard -n '__switchyard_at \\'jobs logs\\'' -l stream -r -d 'this stream only`,
  );
  expect(fish).toContain("complete -c switchyard -l output -s o -r -f -a 'table json'");
});
