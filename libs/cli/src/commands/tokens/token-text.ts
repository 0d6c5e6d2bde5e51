import { type Grant, Scope, type Token } from "@switchyard/proto/switchyard/auth/v1/token_service_pb";
import { enumName } from "../../input/enum-names.js";
import { type Column, renderFacts } from "../../output/table.js";
import { ageText, timeText } from "../../output/times.js";

/** The columns of `tokens list`. */
export const tokenColumns = (nowMs: number): readonly Column<Token>[] => [
  { title: "ID", text: ({ tokenId }) => tokenId },
  { title: "TOKEN", text: ({ prefix }) => `${prefix}...` },
  { title: "NAME", text: ({ grant }) => grant?.name ?? "" },
  {
    title: "STATE",
    text: (token) => tokenState(token, nowMs),
    tone: (token) => (tokenState(token, nowMs) === "valid" ? "green" : "gray"),
  },
  { title: "SCOPES", text: ({ grant }) => scopesText(grant) },
  { title: "NAMESPACES", text: ({ grant }) => namespacesText(grant) },
  { title: "EXPIRES", text: ({ expireTime }) => timeText(expireTime) || "never" },
  { title: "USED", text: ({ lastUseTime }) => ageText(lastUseTime, nowMs), right: true },
];

/** A token as it is kept; the token itself isn't. */
export function tokenText(token: Token, nowMs: number): string {
  return renderFacts([
    ["id", token.tokenId],
    ["token", `${token.prefix}...`],
    ["state", tokenState(token, nowMs)],
    ...grantFacts(token.grant),
    ["created", timeText(token.createTime)],
    ["by", token.creator],
    ["expires", timeText(token.expireTime) || "never"],
    ["revoked", timeText(token.revokeTime)],
    ["last used", timeText(token.lastUseTime)],
  ]);
}

/** What somebody is allowed. */
export function grantText(grant: Grant | undefined): string {
  return renderFacts(grantFacts(grant));
}

function grantFacts(grant: Grant | undefined): (readonly [string, string | undefined])[] {
  return [
    ["name", grant?.name],
    ["scopes", scopesText(grant)],
    ["namespaces", namespacesText(grant)],
  ];
}

function tokenState({ revokeTime, expireTime }: Token, nowMs: number): string {
  if (revokeTime !== undefined) return "revoked";
  return expireTime !== undefined && Number(expireTime.seconds) * 1_000 <= nowMs ? "expired" : "valid";
}

function scopesText(grant: Grant | undefined): string {
  return (grant?.scopes ?? []).map((scope) => enumName(Scope, scope)).join(" ");
}

function namespacesText(grant: Grant | undefined): string {
  return grant?.allNamespaces ? "all" : (grant?.namespaces ?? []).join(" ");
}
