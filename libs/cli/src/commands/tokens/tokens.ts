import { DescribeCallerResponseSchema, TokenSchema } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import type { Command } from "commander";
import { readPages } from "../../input/pages.js";
import type { Cli } from "../../session/cli.js";
import { onRun } from "../../session/on-run.js";
import { limitOption } from "../jobs/list.js";
import { addCreateToken } from "./create.js";
import { grantText, tokenColumns, tokenText } from "./token-text.js";

interface ListTokensOptions {
  readonly anyNamespace?: boolean;
  readonly ended?: boolean;
  readonly limit: number;
}

/** The commands about tokens. */
export function addTokens(cli: Cli, program: Command): void {
  const tokens = program.command("tokens").description("Create, list and end tokens");
  addCreateToken(cli, tokens);

  const list = tokens
    .command("list")
    .description("List the tokens that are valid in the namespace, newest first")
    .option("--any-namespace", "those of every namespace that the caller may see")
    .option("--ended", "those too that were revoked or have expired")
    .addOption(limitOption("tokens"));
  onRun<ListTokensOptions>(cli, list, async ({ client, namespace, print }, { anyNamespace, ended, limit }) => {
    const request = { namespace: anyNamespace ? "" : namespace, includeEnded: ended ?? false };
    const { items, more } = await readPages(limit, async (page) => {
      const answer = await client.tokens.listTokens({ ...request, ...page });
      return { items: answer.tokens, nextPageToken: answer.nextPageToken };
    });
    await print.rows(TokenSchema, items, tokenColumns(Date.now()));
    if (more) await print.note(`there are more than ${limit}; --limit 0 lists all`);
  });

  const revoke = tokens
    .command("revoke")
    .argument("<id>", "its id, as the list says; never the token itself")
    .description("End a token: every service refuses it within seconds");
  onRun<object, [string]>(cli, revoke, async ({ client, print }, _, tokenId) => {
    const { token } = await client.tokens.revokeToken({ tokenId });
    if (token !== undefined) await print.one(TokenSchema, token, () => tokenText(token, Date.now()));
  });

  const whoami = tokens.command("whoami").description("Say who the services take the caller for, and what it may do");
  onRun(cli, whoami, async ({ client, print }) => {
    const answer = await client.tokens.describeCaller({});
    await print.one(DescribeCallerResponseSchema, answer, () => grantText(answer.grant));
  });
}
