import type { Dialect } from "../dialect.js";
import { page, safe } from "./page.js";

/** The page at `/`: what runs here, and where to go. */
export function startPage(dialects: readonly Dialect[], version: string): string {
  const rows = dialects.map(
    ({ name, title, listen, hostName }) => `<tr>
        <td>${safe(title)}</td>
        <td><a href="/${safe(name)}/"><code>/${safe(name)}/</code></a></td>
        <td>${listen === undefined ? "" : `<code>${safe(listen)}</code>`}</td>
        <td>${hostName === undefined ? "" : `<code>${safe(hostName)}</code>`}</td>
        <td><a href="/docs/${safe(name)}">OpenAPI</a></td>
      </tr>`,
  );
  return page(
    "Switchyard",
    `<p>Switchyard ${safe(version)} runs jobs on fleets of runners. This is its HTTP gateway.</p>
    <table>
      <thead><tr><th>API</th><th>path</th><th>own listener</th><th>own host name</th><th>document</th></tr></thead>
      <tbody>${rows.join("")}</tbody>
    </table>
    <p>The native API speaks Connect and JSON under <code>/rpc/</code>, for example
    <code>POST /rpc/switchyard.scheduler.v1.JobService/GetStatus</code>. <a href="/docs">All documents</a>.</p>`,
  );
}

/** The page at `/docs`. */
export function docsPage(dialects: readonly Dialect[]): string {
  const items = dialects.map(
    ({ name, title }) => `<li><a href="/docs/${safe(name)}">${safe(title)}</a> (OpenAPI 3.1, JSON)</li>`,
  );
  return page("Documents", `<ul>${items.join("")}</ul>`);
}
