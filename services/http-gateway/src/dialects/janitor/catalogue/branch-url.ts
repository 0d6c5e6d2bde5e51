import { wellFormed } from "../../../json/well-formed.js";

/** The two forms of a branch's address. */
export interface BranchAddress {
  /** The joined form: the repository's URL, then `,branch=` and the branch's name, percent-encoded. */
  readonly branch_url: string | null;
  readonly url: string | null;
  readonly branch: string | null;
}

/** Completes an address of which one form is given; the joined form counts where both are. Empty texts are none. */
export function completeAddress(given: BranchAddress): BranchAddress {
  const { branch } = given;
  if (given.branch_url) {
    const { url, branch: named } = splitBranchUrl(given.branch_url);
    return { branch_url: given.branch_url, url, branch: named ?? branch };
  }
  if (!given.url) return { branch_url: null, url: null, branch };
  if (!branch) return { branch_url: given.url, url: given.url, branch };
  return { branch_url: `${given.url},branch=${percentEncoded(branch)}`, url: given.url, branch };
}

/** Takes the joined form apart. Parameters are behind a comma in the last step of the path; an unencoded `/` of the branch is taken, too. */
function splitBranchUrl(branchUrl: string): { readonly url: string; readonly branch: string | undefined } {
  const inLastStep = branchUrl.indexOf(",", branchUrl.lastIndexOf("/") + 1);
  const comma = inLastStep >= 0 ? inLastStep : branchUrl.indexOf(",branch=");
  if (comma < 0) return { url: branchUrl, branch: undefined };
  const parameters = branchUrl.slice(comma + 1).split(",");
  const branch = parameters.find((parameter) => parameter.startsWith("branch="))?.slice("branch=".length);
  return { url: branchUrl.slice(0, comma), branch: branch === undefined ? undefined : percentDecoded(branch) };
}

function percentEncoded(text: string): string {
  // These are left alone by the language and encoded by the clients of the old service.
  const encodeMark = (mark: string) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(wellFormed(text)).replace(/[!'()*]/g, encodeMark);
}

/** What cannot be decoded stays as it is. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The host that a branch is fetched from, in lower case, with its port where one is named; undefined where the URL names none,
 * or none that can be a host's name.
 */
export function hostOf(branchUrl: string | null): string | undefined {
  const [, host = ""] = /:\/\/(?:[^/@]*@)?([^/]*)/.exec(branchUrl ?? "") ?? [];
  return host !== "" && host.length <= 255 && !/\p{Cc}/u.test(host) ? host.toLowerCase() : undefined;
}
