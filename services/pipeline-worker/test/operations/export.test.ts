import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { collections } from "@switchyard/pipeline-model";
import { afterEach, describe, expect, it } from "vitest";
import { newEditorState } from "../../src/operations/cv-document/editor-state.js";
import { tipTapOfMarkdown } from "../../src/operations/cv-document/tiptap-of-markdown.js";
import { operationHandlers } from "../../src/operations/index.js";
import { seededDocuments } from "./examples.js";
import { docxText, pdfText } from "./file-text.js";
import { postingId, prepareRun } from "./run-operation.js";

const exportCv = operationHandlers["export-cv"];
const markdown =
  "# Zoë Ærø\n\n**Lead** of *teams* → Łódź, Київ\n\n## Work\n\n- One & <two>\n- Three\n\n1. first\n\n---\n\nEnd";

function exporting(format: string, posting: object = { cv_text: markdown }) {
  return prepareRun({
    input: { job_id: postingId, parameters: { source: "posting", format } },
    documents: seededDocuments(posting),
  });
}

describe("a CV becomes", () => {
  it("a PDF that can be read", async () => {
    const run = exporting("pdf");
    expect(await run.execute(exportCv)).toMatchObject({
      data: { artifact: "CV.pdf", content_type: "application/pdf" },
    });
    const text = await pdfText(run.files[0]?.bytes ?? new Uint8Array());
    for (const words of ["Zoë Ærø", "Lead of teams", "Łódź, Київ", "• One & <two>", "1. first", "End"])
      expect(text.replace(/\s+/g, " ")).toContain(words);
  });

  it("a PDF of several pages with header and footer on each", async () => {
    const content = tipTapOfMarkdown(Array.from({ length: 120 }, (_, at) => `- Line ${at}`).join("\n"));
    const state = { ...newEditorState(content), header: "Head\n</x>", footer: "Foot" };
    const run = exporting("pdf", { cv_editor_state: state, cv_text: "not this" });
    await run.execute(exportCv);
    const pages = (await pdfText(run.files[0]?.bytes ?? new Uint8Array())).split("Head </x>");
    expect(pages.length).toBeGreaterThan(3);
    expect(pages.join("")).toContain("Line 119");
    expect(pages.join("").match(/Foot/g)).toHaveLength(pages.length - 1);
  });

  it("a DOCX that can be read", async () => {
    const run = exporting("docx");
    await run.execute(exportCv);
    const text = await docxText(run.files[0]?.bytes ?? new Uint8Array());
    for (const words of ["Zoë Ærø", "Lead of teams → Łódź, Київ", "One & <two>", "first", "End"])
      expect(text).toContain(words);
  });

  it("HTML, Markdown and JSON", async () => {
    const html = exporting("html");
    await html.execute(exportCv);
    expect(Buffer.from(html.files[0]?.bytes ?? []).toString()).toContain("<li>One &amp; &lt;two&gt;</li>");
    const text = exporting("markdown");
    await text.execute(exportCv);
    expect(Buffer.from(text.files[0]?.bytes ?? []).toString()).toBe(`${markdown}\n`);
    const json = exporting("json");
    await json.execute(exportCv);
    expect(JSON.parse(Buffer.from(json.files[0]?.bytes ?? []).toString())).toEqual(
      newEditorState(tipTapOfMarkdown(markdown)),
    );
  });
});

it("takes the editor's state, or a text that was sent along", async () => {
  const documents = seededDocuments();
  await documents.put(collections.state, "cv_editor_state", {
    version: 1,
    state: newEditorState(tipTapOfMarkdown("From the editor")),
  });
  const editor = prepareRun({ input: { parameters: { source: "editor-state", format: "markdown" } }, documents });
  await editor.execute(exportCv);
  const sent = prepareRun({
    input: { parameters: { source: "master-cv", format: "markdown", markdown: "Sent" } },
    documents,
  });
  await sent.execute(exportCv);
  const stored = prepareRun({ input: { parameters: { source: "master-cv", format: "markdown" } }, documents });
  await stored.execute(exportCv);
  const texts = [editor, sent, stored].map(({ files }) => Buffer.from(files[0]?.bytes ?? []).toString());
  expect(texts).toEqual(["From the editor\n", "Sent\n", expect.stringContaining("# Kim Example")]);
});

it("refuses without a CV, and other formats", async () => {
  await expect(exporting("pdf", {}).execute(exportCv)).rejects.toMatchObject({ labels: { code: "no_content" } });
  await expect(exporting("toString").execute(exportCv)).rejects.toMatchObject({ labels: { code: "invalid_format" } });
});

describe("HTML becomes a PDF", () => {
  const rendering = (parameters: object, more: Parameters<typeof prepareRun>[0] = {}) =>
    prepareRun({ input: { parameters: { ...parameters } }, ...more });
  const renderPdf = operationHandlers["render-pdf"];

  it("here, for its words", async () => {
    const run = rendering({ source: "html", html: "<h1>Kim</h1><script>x</script><p>Words</p>", page_size: "a4" });
    expect(await run.execute(renderPdf)).toMatchObject({ data: { artifact: "page.pdf", renderer: "built-in" } });
    expect(await pdfText(run.files[0]?.bytes ?? new Uint8Array())).toMatch(/Kim\s+Words/);
  });

  it("from an address that may be asked", async () => {
    const page = { status: 200, url: "https://example.org/", headers: {}, text: "<p>From afar</p>" };
    const run = rendering({ source: "url", url: "https://example.org/" }, { pages: { fetch: async () => page } });
    await run.execute(renderPdf);
    expect(await pdfText(run.files[0]?.bytes ?? new Uint8Array())).toContain("From afar");
    const gone = rendering(
      { source: "url", url: "https://example.org/" },
      { pages: { fetch: async () => ({ ...page, status: 404 }) } },
    );
    await expect(gone.execute(renderPdf)).rejects.toThrow("Could not load https://example.org/: answered 404");
    await expect(rendering({ source: "html", html: " " }).execute(renderPdf)).rejects.toMatchObject({
      labels: { code: "no_content" },
    });
  });

  describe("by a service", () => {
    let stop = async () => {};
    afterEach(() => stop());

    async function service(status: number, body: string): Promise<{ readonly url: string; readonly asked: string[] }> {
      const asked: string[] = [];
      const server = createServer((request, response) => {
        request.setEncoding("utf8");
        let sent = "";
        request.on("data", (chunk: string) => {
          sent += chunk;
        });
        request.on("end", () => {
          asked.push(`${request.method} ${request.url} ${sent}`);
          response.writeHead(status, { connection: "close" }).end(body);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      stop = () => new Promise((resolve) => server.close(() => resolve()));
      return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
    }

    it("gets the page and its styles", async () => {
      const { url, asked } = await service(200, "%PDF-1.7 made there");
      const run = rendering({ source: "html", html: "<p>x</p>", css: "p{}" }, { settings: { pdfServiceUrl: url } });
      expect(await run.execute(renderPdf)).toMatchObject({ data: { renderer: "service" } });
      expect(asked).toEqual([
        'POST /render-pdf {"html":"<p>x</p>","css":"p{}","pageSize":"letter","printBackground":true}',
      ]);
    });

    it.each([
      [503, "", "unavailable"],
      [504, "", "timeout"],
      [500, "", "render_failed"],
      [200, "<html>", "render_failed"],
    ])("that answers %d %j is told as %s", async (status, body, code) => {
      const { url } = await service(status, body);
      const run = rendering({ source: "html", html: "<p>x</p>" }, { settings: { pdfServiceUrl: url } });
      await expect(run.execute(renderPdf)).rejects.toMatchObject({ labels: { code } });
    });

    it("that is away is told as unavailable", async () => {
      const { url } = await service(200, "");
      await stop();
      stop = async () => {};
      const run = rendering({ source: "html", html: "<p>x</p>" }, { settings: { pdfServiceUrl: url } });
      await expect(run.execute(renderPdf)).rejects.toMatchObject({ labels: { code: "unavailable" } });
    });
  });
});
