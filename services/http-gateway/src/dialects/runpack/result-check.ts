import { guardedRequest } from "@switchyard/guarded-http";
import type { RunpackConfig } from "./config.js";
import { isListedHost, isPageKept, pageFactsUrl, resultUrls } from "./result-urls.js";

/** Tells whether a kept output, as JSON text, may still be given out. Never rejects. */
export type ResultCheck = (output: string) => Promise<boolean>;

/** How the check asks. */
export interface ResultCheckOptions {
  /** Longest time for all the questions about one result, in milliseconds. Default 10 s. */
  readonly timeoutMs?: number;
  /** Which addresses may be connected to. Default: those of the public internet. */
  readonly isAllowedAddress?: (address: string) => boolean;
}

/** What is known about a page is a few lines. */
const maxFactsBytes = 64 * 1024;

/**
 * Makes the check: every published page that an output names must be one by its form, and its host must say that it is still
 * there. Only the listed hosts are asked; pages elsewhere count as they are. A host that does not answer counts as one that
 * says no, as in the old service. Undefined when the check is switched off.
 */
export function createResultCheck(
  { checkResultUrls, resultHosts }: Pick<RunpackConfig, "checkResultUrls" | "resultHosts">,
  { timeoutMs = 10_000, isAllowedAddress }: ResultCheckOptions = {},
): ResultCheck | undefined {
  if (!checkResultUrls) return undefined;

  async function isKept(facts: URL, signal: AbortSignal): Promise<boolean> {
    const guard = isAllowedAddress === undefined ? {} : { isAllowed: isAllowedAddress };
    const { status, text } = await guardedRequest(facts, { signal, maxBytes: maxFactsBytes, ...guard });
    return status >= 200 && status < 300 && isPageKept(JSON.parse(text), Date.now());
  }

  return async (output) => {
    const pages = [...new Set(resultUrls(JSON.parse(output)))].map(pageFactsUrl);
    if (pages.includes(undefined)) return false;
    const asked = (pages as URL[]).filter((facts) => isListedHost(facts, resultHosts));
    const signal = AbortSignal.timeout(timeoutMs);
    for (const facts of asked) if (!(await isKept(facts, signal).catch(() => false))) return false;
    return true;
  };
}
