import { OperationFailure, type OperationContext, type OperationHandler } from "../../operation.js";
import { PageFailure } from "../../pages/page-source.js";
import { usualStyles } from "../cv-document/editor-state.js";
import { flowOfHtml } from "../cv-document/flow-of-html.js";
import { type JsonObject, objectOf, textOf } from "../json/values.js";
import { wordsOf } from "../layers/layer-book.js";
import { printPdf } from "../print/print.js";
import { askPdfService } from "./pdf-service.js";

/** What is to be rendered. */
interface Page {
  readonly html: string;
  readonly css: string;
  readonly pageSize: "letter" | "a4";
  readonly printBackground: boolean;
}

/**
 * Renders HTML, or the page at an address, to a PDF. With `PDF_SERVICE_URL` the service does it; without it what can be read on the
 * page is printed here, without its styles. A page is always fetched here, where private addresses are refused: the service never
 * gets an address.
 */
export const renderPdf: OperationHandler = async (context) => {
  const parameters = objectOf(context.input.parameters);
  const page = pageOf(parameters, await htmlOf(context, parameters));
  const { pdfServiceUrl } = context.settings;
  const bytes = pdfServiceUrl === undefined ? await printHere(page) : await printThere(context, pdfServiceUrl, page);
  const name = "page.pdf";
  await context.files.save({ name, contentType: "application/pdf", bytes });
  return {
    data: { artifact: name, size: bytes.length, renderer: pdfServiceUrl === undefined ? "built-in" : "service" },
  };
};

async function htmlOf(context: OperationContext, parameters: JsonObject): Promise<string> {
  if (parameters["source"] !== "url") return typeof parameters["html"] === "string" ? parameters["html"] : "";
  const address = textOf(parameters["url"]);
  try {
    const { status, text } = await context.pages.fetch(address);
    if (status < 400) return text;
    throw new PageFailure(`answered ${status}`);
  } catch (error) {
    if (!(error instanceof PageFailure)) throw error;
    throw new OperationFailure(`Could not load ${address}: ${wordsOf(error)}`, { code: "page_failed", cause: error });
  }
}

function pageOf(parameters: JsonObject, html: string): Page {
  if (html.trim() === "") throw new OperationFailure("There is nothing to render", { code: "no_content" });
  return {
    html,
    css: typeof parameters["css"] === "string" ? parameters["css"] : "",
    pageSize: textOf(parameters["page_size"]).toLowerCase() === "a4" ? "a4" : "letter",
    printBackground: parameters["print_background"] !== false,
  };
}

function printHere({ html, pageSize }: Page): Promise<Uint8Array> {
  const styles = { ...usualStyles, pageSize };
  return printPdf({ title: "", blocks: flowOfHtml(html), styles, header: "", footer: "" });
}

function printThere(context: OperationContext, base: string, { html, css, pageSize, printBackground }: Page) {
  return askPdfService(context, base, "render-pdf", { html, css, pageSize, printBackground });
}
