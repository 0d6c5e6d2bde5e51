import { readFile } from "node:fs/promises";
import { UsageError } from "../usage-error.js";
import type { ProfileValues } from "./profile-values.js";

/**
 * The token of the first layer that has one, be it the token or its file: a flag's file goes before the environment's token.
 *
 * @throws UsageError when a layer has both, when the file can't be read, or for what can't stand in a header
 */
export async function readToken(layers: readonly ProfileValues[]): Promise<string | undefined> {
  const layer = layers.find(({ token, tokenFile }) => token !== undefined || tokenFile !== undefined);
  if (layer?.token !== undefined && layer.tokenFile !== undefined) {
    throw new UsageError("a token and a file with a token are given at once; give one of them");
  }
  const token = layer?.tokenFile === undefined ? layer?.token : await readTokenFile(layer.tokenFile);
  // The text itself is not repeated: it is a secret, if a broken one.
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError("the token is empty or has characters that no token has");
  }
  return token;
}

async function readTokenFile(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    throw new UsageError(`cannot read the token: ${(error as Error).message}`);
  }
}
