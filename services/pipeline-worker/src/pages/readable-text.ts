import { load } from "cheerio";

/** Elements that begin on a line of their own. */
const blocks = "p,div,section,article,header,footer,li,tr,h1,h2,h3,h4,h5,h6,br,ul,ol,table,form,fieldset,label,option";

/** What a reader of a page sees, as plain text: scripts and styles left out, a line for each block, lists with dashes. */
export function readableText(html: string): string {
  const page = load(html);
  page("script,style,noscript,template,svg,head").remove();
  page("li").prepend("- ");
  page(blocks).before("\n").after("\n");
  return page
    .root()
    .text()
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n");
}
