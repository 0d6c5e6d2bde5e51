import { OperationFailure, type OperationContext } from "../operation.js";
import { PageFailure } from "../pages/page-source.js";

const longestPage = 15_000;
const shortestPage = 100;

/** A page that is shorter and speaks of signing in is a door, not a form. */
const longestDoor = 800;

/** The text of a page with a form. @throws OperationFailure when there is none to be seen */
export async function readFormPage({ pages, line, signal }: OperationContext, url: string): Promise<string> {
  const text = await pages.readText(url).catch((error: unknown) => {
    signal.throwIfAborted();
    if (!(error instanceof PageFailure)) throw error;
    line(`The form's page: ${error.message}`);
    return "";
  });
  const isDoor = text.length < longestDoor && /\b(?:sign|log)[ -]?in\b|\blogin\b/i.test(text);
  if (text.trim().length < shortestPage || isDoor) {
    throw new OperationFailure(
      "Could not access the application form. The page may require login or be blocking automated access.",
      { code: "no_access" },
    );
  }
  return text.slice(0, longestPage);
}
