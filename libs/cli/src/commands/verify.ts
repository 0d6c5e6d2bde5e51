import { describeViolation, type Violation } from "@switchyard/history";
import type { JsonValue } from "@bufbuild/protobuf";
import { type Command, Option } from "commander";
import { exitCodes } from "../exit-codes.js";
import { parseDurationMs } from "../input/durations.js";
import { sequenceNumber, wholeNumber } from "../input/values.js";
import { printable } from "../output/printable.js";
import type { Cli } from "../session/cli.js";
import { onRun } from "../session/on-run.js";
import type { Session } from "../session/session.js";
import { UsageError } from "../usage-error.js";
import { type Verified, verifyNamespace } from "../verify/verify-namespace.js";

interface VerifyCommandOptions {
  readonly all?: boolean;
  readonly from?: bigint;
  readonly since?: number;
  readonly ended: number;
  readonly follow?: boolean;
}

/** `verify`: holds the kept events of namespaces against the design's rules, and what is there against the events. */
export function addVerify(cli: Cli, program: Command): void {
  const command = program
    .command("verify")
    .argument("[namespaces...]", "these namespaces (default: that of the settings)")
    .description("Check that the history of every job obeys the rules, and that jobs, counts and seats are as it tells")
    .option("--all", "all namespaces of the token")
    .addOption(
      new Option("--from <sequence>", "events after this number (default: all that are kept)").argParser(
        sequenceNumber,
      ),
    )
    .addOption(
      new Option(
        "--since <duration>",
        "tell of violations by events no older than this; older ones are read too",
      ).argParser(parseDurationMs),
    )
    .addOption(
      new Option("--ended <n>", "jobs that ended last and are compared with their events")
        .default(10_000)
        .argParser(wholeNumber(0, 10_000_000)),
    )
    .option("-f, --follow", "go on with the events that come, until Ctrl-C");
  onRun<VerifyCommandOptions, [string[]]>(cli, command, async (session, options, names) => {
    const namespaces = await namespacesOf(session, options, names);
    let violations = 0;
    const work = (namespace: string) =>
      verifyOne(session, options, namespace, () => {
        violations += 1;
      });
    try {
      if (options.follow) await Promise.all(namespaces.map(work));
      else for (const namespace of namespaces) await work(namespace);
    } catch (error) {
      if (!session.io.interrupted.aborted) throw error;
      return violations > 0 ? exitCodes.failed : exitCodes.cancelled;
    }
    return violations > 0 ? exitCodes.failed : exitCodes.done;
  });
}

async function namespacesOf(
  { client, namespace }: Session,
  { all }: VerifyCommandOptions,
  names: readonly string[],
): Promise<readonly string[]> {
  if (!all) return names.length > 0 ? names : [namespace];
  if (names.length > 0) throw new UsageError("give namespaces or --all, not both");
  const { grant } = await client.tokens.describeCaller({});
  if (!grant || grant.namespaces.length === 0)
    throw new UsageError("the token is not bound to namespaces, and no call lists them: name them");
  return grant.namespaces;
}

/** Verifies a namespace and says what was looked at. */
async function verifyOne(
  { client, print, io }: Session,
  { from, since, ended, follow = false }: VerifyCommandOptions,
  namespace: string,
  found: () => void,
): Promise<void> {
  const tell = (violation: Violation) => {
    found();
    return print.format === "json"
      ? print.jsonLine({ namespace, ...violation } as unknown as JsonValue)
      : print.text(`${printableLines(`${namespace}: ${describeViolation(violation)}`)}\n`);
  };
  const verified = await verifyNamespace(client, {
    ...{ namespace, from, ended, follow, tell, signal: io.interrupted },
    since: since === undefined ? undefined : Date.now() - since,
  });
  await print.note(`${namespace}: ${summary(verified)}`);
}

function summary({ events, openJobs, violations, isWhole, goneUpTo }: Verified): string {
  const words = [`${events} events`, `${openJobs} open jobs`, `${violations === 0 ? "no" : violations} violations`];
  const gone = goneUpTo > 0 ? `events up to ${goneUpTo} are not kept any more; ` : "";
  const partial = isWhole ? "" : ` (${gone}jobs are judged from the first event that was read)`;
  return `${words.join(", ")}${partial}`;
}

/** What jobs and runners said is not to be taken for commands by the terminal. */
function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
