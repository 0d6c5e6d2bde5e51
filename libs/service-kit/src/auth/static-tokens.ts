import { hash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Authenticator } from "./authenticator.js";
import { allScopes, type Principal } from "./principal.js";

/**
 * The tokens of a configuration: a JSON array such as
 * `[{"name":"ci","sha256":"<hex>","scopes":["submit","read"],"namespaces":["runpack"]}]`. `token` in the clear may stand
 * in place of `sha256`, for development. `namespaces` is a list or `"all"`.
 */
export const staticTokensSchema = z
  .array(
    z
      .strictObject({
        name: z.string().min(1),
        sha256: z
          .string()
          .regex(/^[0-9a-fA-F]{64}$/, "expected 64 hexadecimal digits")
          .optional(),
        token: z.string().min(8, "needs 8 or more characters").optional(),
        scopes: z.array(z.enum(allScopes)).min(1),
        namespaces: z.union([z.literal("all"), z.array(z.string().min(1)).min(1)]),
      })
      .refine((entry) => (entry.sha256 === undefined) !== (entry.token === undefined), "needs either sha256 or token"),
  )
  .refine((entries) => new Set(entries.map((entry) => entry.name)).size === entries.length, "has a name twice");

/** One entry of {@link staticTokensSchema}. */
export type StaticToken = z.output<typeof staticTokensSchema>[number];

/** Recognises the tokens of a configuration. Only digests are kept, and each is compared in constant time. */
export function createStaticAuthenticator(tokens: readonly StaticToken[]): Authenticator {
  const known = tokens.map((entry) => ({
    digest: entry.token === undefined ? Buffer.from(entry.sha256 ?? "", "hex") : sha256(entry.token),
    principal: toPrincipal(entry),
  }));
  return {
    authenticate(token) {
      const digest = sha256(token);
      let found: Principal | undefined;
      // No early end: the time must not tell which entry matched.
      for (const entry of known) if (timingSafeEqual(entry.digest, digest)) found = entry.principal;
      return found;
    },
  };
}

/** The digest under which a token is kept. */
export function sha256(token: string): Buffer {
  return hash("sha256", token, "buffer");
}

function toPrincipal({ name, scopes, namespaces }: StaticToken): Principal {
  return { name, scopes: new Set(scopes), namespaces: namespaces === "all" ? "all" : new Set(namespaces) };
}
