import {
  baytDetailHtml,
  baytListHtml,
  type BoardPosting,
  challengeHtml,
  indeedHtml,
  indeedResult,
  linkedinHtml,
} from "./board-pages.js";
import { createHttpDouble, type DoubleAnswer, type DoubleRequest, type HttpDouble } from "./http-double.js";

/** What the boards show. Tests change it as they go. */
export interface BoardContents {
  /** Rows of the Himalayas API. */
  himalayas: object[];
  /** By LinkedIn's number. */
  readonly linkedin: Map<string, BoardPosting>;
  /** By Indeed's key: pages, and results of the search. */
  readonly indeed: Map<string, BoardPosting>;
  /** Keys whose pages Indeed shows to people only; the scraper gets through. */
  readonly challenged: Set<string>;
  readonly bayt: BoardPosting[];
  /** Other pages that the scraper and `fetch` find, by path: HTML, or a whole answer. */
  readonly pages: Map<string, string | DoubleAnswer>;
  /** Answers of the scraper's search. */
  found: readonly {
    readonly url: string;
    readonly title: string;
    readonly description: string;
    readonly markdown?: string;
  }[];
  /** What a board answers instead of its contents, by its name: `linkedin`, `indeed`, `himalayas`, `bayt`, `scraper`, `webhook`. */
  readonly failures: Map<string, DoubleAnswer>;
}

/** Job boards, a scraper and a webhook of the outside world, on one port of 127.0.0.1. */
export interface JobBoards {
  readonly url: string;
  readonly contents: BoardContents;
  readonly requests: HttpDouble["requests"];
  /** Settings that make a worker ask here. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts the boards, empty. */
export async function createJobBoards(): Promise<JobBoards> {
  const contents: BoardContents = {
    ...{ himalayas: [], linkedin: new Map(), indeed: new Map(), challenged: new Set(), bayt: [] },
    ...{ pages: new Map(), found: [], failures: new Map() },
  };
  const server = await createHttpDouble((request) => answerOf(request, contents, server.url));
  const { url } = server;
  return {
    ...{ url, contents, requests: server.requests },
    env: {
      HIMALAYAS_API_URL: `${url}/himalayas/jobs/api`,
      INDEED_GRAPHQL_URL: `${url}/graphql`,
      INDEED_BASE_URL: url,
      BAYT_BASE_URL: url,
      LINKEDIN_BASE_URL: url,
      SCRAPER_URL: `${url}/scraper`,
      UPLOAD_WEBHOOK_URL: `${url}/webhook`,
      PIPELINE_FETCH_ALLOW: "127.0.0.0/8",
    },
    close: () => server.close(),
  };
}

/** Boards by the beginnings of their paths. */
const boards: readonly (readonly [prefix: string, board: string])[] = [
  ["/himalayas/", "himalayas"],
  ["/jobs-guest/", "linkedin"],
  ["/graphql", "indeed"],
  ["/viewjob", "indeed"],
  ["/en/", "bayt"],
  ["/scraper/", "scraper"],
  ["/webhook", "webhook"],
];

function answerOf(request: DoubleRequest, contents: BoardContents, url: string): DoubleAnswer | undefined {
  const board = boards.find(([prefix]) => request.path.startsWith(prefix))?.[1];
  const failure = board === undefined ? undefined : contents.failures.get(board);
  if (failure !== undefined) return failure;
  switch (board) {
    case "himalayas":
      return himalayasAnswer(request, contents);
    case "linkedin":
      return pageOf(contents.linkedin.get(lastPart(request.path)), linkedinHtml);
    case "indeed":
      return request.path === "/graphql" ? graphqlAnswer(request, contents) : indeedPage(request, contents);
    case "bayt":
      return baytAnswer(request, contents, url);
    case "scraper":
      return scraperAnswer(request, contents);
    case "webhook":
      return { body: { file_id: "file-1", role_folder: "folder-1" } };
    default:
      return plainPage(request.path, contents);
  }
}

function himalayasAnswer({ query }: DoubleRequest, { himalayas }: BoardContents): DoubleAnswer {
  const [offset, limit] = [Number(query.get("offset") ?? 0), Math.min(Number(query.get("limit") ?? 20), 20)];
  return { body: { offset, limit, totalCount: himalayas.length, jobs: himalayas.slice(offset, offset + limit) } };
}

function graphqlAnswer({ body }: DoubleRequest, { indeed }: BoardContents): DoubleAnswer {
  const { query } = JSON.parse(body) as { query: string };
  const what = (JSON.parse(/what: ("(?:[^"\\]|\\.)*")/.exec(query)?.[1] ?? '""') as string).toLowerCase();
  const matches = [...indeed.values()].filter(({ title }) => title.toLowerCase().includes(what));
  const results = matches.map((posting) => indeedResult(posting));
  return { body: { data: { jobSearch: { pageInfo: { nextCursor: null }, results } } } };
}

function indeedPage({ query }: DoubleRequest, { indeed, challenged }: BoardContents): DoubleAnswer {
  const key = query.get("jk") ?? "";
  if (challenged.has(key)) return { status: 403, headers: { "cf-ray": "0" }, body: challengeHtml };
  return pageOf(indeed.get(key), indeedHtml);
}

function baytAnswer({ path, query }: DoubleRequest, { bayt }: BoardContents, url: string): DoubleAnswer {
  if (path.includes("/job/"))
    return pageOf(
      bayt.find(({ id }) => path.includes(`/job/${id}/`)),
      baytDetailHtml,
    );
  const list = query.get("page") === "1" ? bayt : [];
  return { body: baytListHtml(list, url, Math.floor(Date.now() / 1000)) };
}

function scraperAnswer({ path, body }: DoubleRequest, contents: BoardContents): DoubleAnswer | undefined {
  const question = JSON.parse(body) as { url?: string; formats?: string[]; limit?: number };
  if (path.endsWith("/search")) return { body: { success: true, data: contents.found.slice(0, question.limit) } };
  const target = new URL(question.url ?? "http://none/");
  const posting = contents.indeed.get(target.searchParams.get("jk") ?? "");
  const answer = posting === undefined ? plainPage(target.pathname, contents) : { body: indeedHtml(posting) };
  if (answer === undefined || typeof answer.body !== "string") return { status: 500, body: { success: false } };
  const html = answer.body;
  const data = question.formats?.includes("markdown") ? { markdown: withoutTags(html) } : { html, rawHtml: html };
  return { body: { success: true, data } };
}

function plainPage(path: string, { pages }: BoardContents): DoubleAnswer | undefined {
  const page = pages.get(path);
  return typeof page === "string" ? { body: page } : page;
}

function pageOf(posting: BoardPosting | undefined, render: (posting: BoardPosting) => string): DoubleAnswer {
  return posting === undefined ? { status: 404, body: "<h1>Not found</h1>" } : { body: render(posting) };
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What a scraper makes of a page of ours. */
function withoutTags(html: string): string {
  return html
    .replace(/<li>/g, "\n- ")
    .replace(/<[^>]*>/g, "\n")
    .replace(/\n\s*\n+/g, "\n")
    .trim();
}
