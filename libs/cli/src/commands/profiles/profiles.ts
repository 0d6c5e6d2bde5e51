import { resolve } from "node:path";
import type { Command } from "commander";
import { createPrinter } from "../../output/printer.js";
import { type Column, renderTable } from "../../output/table.js";
import { type ProfileFile, profilePath, readProfiles, writeProfiles } from "../../settings/profile-file.js";
import { type ProfileValues, valuesFromOptions } from "../../settings/profile-values.js";
import type { GlobalOptions } from "../../settings/settings.js";
import type { Cli } from "../../session/cli.js";
import { UsageError } from "../../usage-error.js";

type Row = readonly [name: string, values: ProfileValues, current: boolean];

const columns: readonly Column<Row>[] = [
  { title: "", text: ([, , current]) => (current ? "*" : " ") },
  { title: "PROFILE", text: ([name]) => name },
  { title: "ADDRESS", text: ([, { address }]) => address ?? "" },
  { title: "NAMESPACE", text: ([, { namespace }]) => namespace ?? "" },
  { title: "TOKEN", text: ([, { token, tokenFile }]) => (token === undefined ? (tokenFile ?? "") : "(set)") },
  {
    title: "TLS",
    text: ([, { tls, tlsCa, tlsCert }]) => (tls === false ? "off" : tls || tlsCa || tlsCert ? "on" : ""),
  },
];

/** The commands about profiles; they call nobody. */
export function addProfiles(cli: Cli, program: Command): void {
  const profiles = program.command("profiles").description("Keep addresses, namespaces and tokens under a name");
  const path = profilePath(cli.io.env);
  const change = async (edit: (file: ProfileFile) => ProfileFile) =>
    writeProfiles(path, edit(await readProfiles(path)));

  const list = profiles.command("list").description("List the profiles; the one in use has a star");
  list.action(async () => {
    const { output = "table" } = list.optsWithGlobals<GlobalOptions>();
    const print = createPrinter(cli.io, output, false);
    const rows = profileRows(await readProfiles(path));
    if (output === "table") return print.text(renderTable(columns, rows, cli.io.colors));
    for (const row of rows) await print.jsonLine(profileJson(row));
    return undefined;
  });

  const set = profiles
    .command("set")
    .argument("<name>", "the profile")
    .description(
      "Create or change a profile: keeps what --address, --namespace, --token-file, --tls-... and the like say",
    );
  set.action(async (name: string) => {
    const values = valuesFromOptions(set.optsWithGlobals());
    if (Object.keys(values).length === 0) throw new UsageError("give at least one value to keep, such as --address");
    await change((file) => setProfile(file, name, withWholePaths(values)));
  });

  const use = profiles.command("use").argument("<name>", "the profile").description("Take a profile from now on");
  use.action((name: string) =>
    change((file) => {
      if (file.profiles[name] === undefined) throw new UsageError(`there is no profile "${name}"`);
      return { ...file, current: name };
    }),
  );

  const remove = profiles.command("delete").argument("<name>", "the profile").description("Delete a profile");
  remove.action((name: string) => change((file) => deleteProfile(file, name)));
}

/** The values with paths that hold in every directory. */
function withWholePaths(values: ProfileValues): ProfileValues {
  const names = ["tokenFile", "tlsCa", "tlsCert", "tlsKey"] as const;
  const paths = names.flatMap((name) => (values[name] === undefined ? [] : [[name, resolve(values[name])] as const]));
  return { ...values, ...Object.fromEntries(paths) };
}

/** The file with a profile changed: given values replace what it had, the others stay. The first profile is taken into use. */
export function setProfile(file: ProfileFile, name: string, values: ProfileValues): ProfileFile {
  // One kind of token replaces the other.
  const { token, tokenFile, ...rest } = file.profiles[name] ?? {};
  const kept = (values.token ?? values.tokenFile) ? {} : { ...(token && { token }), ...(tokenFile && { tokenFile }) };
  return {
    current: file.current ?? name,
    profiles: { ...file.profiles, [name]: { ...rest, ...kept, ...values } },
  };
}

/**
 * The file without a profile.
 *
 * @throws UsageError when there is none of that name
 */
export function deleteProfile({ current, profiles }: ProfileFile, name: string): ProfileFile {
  const { [name]: removed, ...others } = profiles;
  if (removed === undefined) throw new UsageError(`there is no profile "${name}"`);
  return { ...(current === undefined || current === name ? {} : { current }), profiles: others };
}

function profileRows({ profiles, current }: ProfileFile): readonly Row[] {
  return Object.entries(profiles).map(([name, values]) => [name, values, name === current] as const);
}

/** A profile without its token. */
function profileJson([name, { token, ...values }, current]: Row) {
  const known = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return { name, current, ...(known as Record<string, string | boolean>), tokenSet: token !== undefined };
}
