import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { CreateTokenResponseSchema, Scope } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { type Command, Option } from "commander";
import { parseDurationMs } from "../../input/durations.js";
import { enumNames, enumValues } from "../../input/enum-names.js";
import { listOf } from "../../input/values.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { UsageError } from "../../usage-error.js";
import { tokenText } from "./token-text.js";

/** What a token shall allow. */
export interface CreateTokenOptions {
  readonly scope: readonly Scope[];
  readonly in?: readonly string[];
  readonly allNamespaces?: boolean;
  readonly expires?: number;
}

/** `tokens create`: the one command that writes a token, alone on the standard output, so that it can go to a file. */
export function addCreateToken(cli: Cli, tokens: Command): void {
  const command = tokens
    .command("create")
    .argument("<name>", "a name for logs and limits, unique among valid tokens")
    .description("Create a token and write it once; only its digest is kept")
    .addOption(
      new Option("--scope <scope>", `what it allows: ${enumNames(Scope).join(", ")}; may be repeated`)
        .argParser(enumValues(Scope))
        .makeOptionMandatory(),
    )
    .option("--in <namespace>", "valid in this namespace; may be repeated (default: the one of --namespace)", listOf)
    .option("--all-namespaces", "valid in every namespace")
    .addOption(
      new Option("--expires <duration>", "ends by itself after this time (default: never)").argParser(parseDurationMs),
    );
  onRun<CreateTokenOptions, [string]>(cli, command, async ({ client, namespace, print }, options, name) => {
    const answer = await client.tokens.createToken(createTokenRequest(name, namespace, options, Date.now()));
    const { token } = answer;
    if (token !== undefined && print.format === "table") await print.note(tokenText(token, Date.now()).trimEnd());
    await print.one(CreateTokenResponseSchema, answer, () => `${answer.secret}\n`);
  });
}

/**
 * The token in the contract's words.
 *
 * @throws UsageError when namespaces are named and all are asked for
 */
export function createTokenRequest(name: string, namespace: string, options: CreateTokenOptions, nowMs: number) {
  const { scope, in: namespaces, allNamespaces = false, expires } = options;
  if (allNamespaces && namespaces !== undefined) throw new UsageError("give --in or --all-namespaces, not both");
  return {
    grant: {
      name,
      scopes: [...scope],
      namespaces: allNamespaces ? [] : [...(namespaces ?? [namespace])],
      allNamespaces,
    },
    ...(expires === undefined ? {} : { expireTime: timestampFromMs(nowMs + expires) }),
  };
}
