/** What a caller says about itself in an `Authorization: Basic` header. */
export interface BasicLogin {
  readonly name: string;
  readonly password: string;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Reads the header; undefined where it is missing or anything else. The name ends at the first colon. */
export function readBasicLogin(authorization: string | undefined): BasicLogin | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const text = decoded(encoded);
  const colon = text?.indexOf(":") ?? -1;
  if (text === undefined || colon < 0) return undefined;
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decoded(base64: string): string | undefined {
  try {
    return decoder.decode(Buffer.from(base64, "base64"));
  } catch {
    return undefined;
  }
}
