import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAddresses } from "./addresses.js";
import { profilePath, readProfiles, writeProfiles } from "./profile-file.js";
import { resolveSettings } from "./settings.js";

let home: string;
let env: Record<string, string>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "switchyard-cli-"));
  env = { XDG_CONFIG_HOME: home };
  const profiles = {
    lab: { address: "lab:7400", namespace: "lab", token: "lab-token" },
    bare: {},
    both: { token: "a", tokenFile: "b" },
  };
  await writeProfiles(profilePath(env), { current: "lab", profiles });
});
afterAll(() => rm(home, { recursive: true }));

describe("settings", () => {
  it("are the defaults when nothing is said", async () => {
    const settings = await resolveSettings({}, { XDG_CONFIG_HOME: join(home, "nowhere") });
    expect(settings).toMatchObject({
      addressText: "127.0.0.1:7400",
      namespace: "default",
      timeoutMs: 30_000,
      output: "table",
    });
    expect([settings.token, settings.tls, settings.profile]).toEqual([undefined, undefined, undefined]);
  });

  it("come from the profile in use", async () => {
    const settings = await resolveSettings({}, env);
    expect(settings).toMatchObject({ addressText: "lab:7400", namespace: "lab", token: "lab-token", profile: "lab" });
  });

  it("come from the environment before the profile, and from flags before both", async () => {
    const around = { ...env, SWITCHYARD_ADDRESS: "env:1", SWITCHYARD_NAMESPACE: "env", SWITCHYARD_TOKEN: "" };
    const settings = await resolveSettings({ namespace: "flag" }, around);
    expect(settings).toMatchObject({ addressText: "env:1", namespace: "flag", token: "lab-token" });
  });

  it("take a nearer layer's token file before a farther layer's token", async () => {
    const tokenFile = join(home, "token");
    await writeFile(tokenFile, "from-file\n");
    expect(await resolveSettings({ tokenFile }, env)).toMatchObject({ token: "from-file" });
    expect(await resolveSettings({ token: "flag" }, { ...env, SWITCHYARD_TOKEN_FILE: tokenFile })).toMatchObject({
      token: "flag",
    });
  });

  it("take the profile that is named", async () => {
    expect(await resolveSettings({}, { ...env, SWITCHYARD_PROFILE: "bare" })).toMatchObject({ namespace: "default" });
    expect(await resolveSettings({ profile: "lab" }, { ...env, SWITCHYARD_PROFILE: "bare" })).toMatchObject({
      namespace: "lab",
    });
    await expect(resolveSettings({ profile: "none" }, env)).rejects.toThrow(
      'no profile "none"; there are lab, bare, both',
    );
  });

  it("say what is wrong without repeating a secret", async () => {
    await expect(resolveSettings({ profile: "both" }, env)).rejects.toThrow("at once");
    await expect(resolveSettings({ token: "secret\n" }, env)).rejects.toThrow(/^(?!.*secret)/);
    await expect(resolveSettings({ tokenFile: join(home, "none") }, env)).rejects.toThrow("cannot read the token");
    await expect(resolveSettings({ tlsCert: "a" }, env)).rejects.toThrow("--tls-key");
    await expect(resolveSettings({ tlsCa: join(home, "none") }, env)).rejects.toThrow("cannot read");
  });

  it("use TLS when a file of it is named, and not when it is turned off", async () => {
    const ca = join(home, "ca.pem");
    await writeFile(ca, "pem");
    expect((await resolveSettings({ tlsCa: ca }, env)).tls).toEqual({ ca: Buffer.from("pem") });
    expect((await resolveSettings({ tls: true }, env)).tls).toEqual({});
    expect((await resolveSettings({ tls: false }, { ...env, SWITCHYARD_TLS_CA: ca })).tls).toBeUndefined();
  });
});

describe("the profile file", () => {
  it("is written for its owner alone", async () => {
    const path = profilePath(env);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ current: "lab" });
  });

  it("is refused when others may read it", async () => {
    const path = join(home, "open.json");
    await writeFile(path, "{}");
    await chmod(path, 0o640);
    await expect(readProfiles(path)).rejects.toThrow(`chmod 600 ${path}`);
  });

  it.each([
    ["no JSON", "{", "is not JSON"],
    ["a value that it doesn't know", '{"profiles":{"a":{"adress":"x"}}}', "profiles.a"],
  ])("is refused with %s", async (_, text, message) => {
    const path = join(home, "wrong.json");
    await writeFile(path, text, { mode: 0o600 });
    await expect(readProfiles(path)).rejects.toThrow(message);
  });
});

describe("addresses", () => {
  it("are one for all, or one for each", () => {
    expect(parseAddresses("[::1]:7400")).toEqual({ scheduler: "[::1]:7400" });
    expect(parseAddresses("scheduler=a:1, log-store=b:2")).toEqual({ scheduler: "a:1", logStore: "b:2" });
  });

  it.each([
    ["a", "no host:port"],
    ["http://a:1", "no host:port"],
    ["a:99999", "no host:port"],
    ["catalog=a:1", "lack the scheduler's"],
    ["scheduler=a:1,logs=b:2", "no service"],
  ])("are not %s", (text, message) => expect(() => parseAddresses(text)).toThrow(message));
});
