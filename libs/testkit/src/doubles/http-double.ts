import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that a double got. */
export interface DoubleRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a double answers. */
export interface DoubleAnswer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text as it is, with the type `text/html`; anything else as JSON. */
  readonly body?: unknown;
  /** Answers nothing for as long as the double lives. */
  readonly hang?: boolean;
}

/** A server of the outside world on 127.0.0.1. */
export interface HttpDouble {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** All requests so far, oldest first. */
  readonly requests: readonly DoubleRequest[];
  /** Requests that get no answer and whose callers are still there. */
  readonly hanging: number;
  close(): Promise<void>;
}

/** Starts a double. @param answer what is answered to a request; undefined is 404 */
export async function createHttpDouble(
  answer: (request: DoubleRequest) => DoubleAnswer | undefined | Promise<DoubleAnswer | undefined>,
): Promise<HttpDouble> {
  const requests: DoubleRequest[] = [];
  let hanging = 0;
  const server = createServer((incoming, response) => {
    const reply = async () => {
      const request = await read(incoming);
      requests.push(request);
      const { status = 200, headers = {}, body = "", hang = false } = (await answer(request)) ?? { status: 404 };
      if (hang) {
        hanging++;
        response.on("close", () => hanging--);
        return;
      }
      const isText = typeof body === "string";
      const type = isText ? "text/html; charset=utf-8" : "application/json";
      response.writeHead(status, { "content-type": type, ...headers }).end(isText ? body : JSON.stringify(body));
    };
    reply().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get hanging() {
      return hanging;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function read(incoming: IncomingMessage): Promise<DoubleRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const url = new URL(incoming.url ?? "/", "http://double");
  return {
    method: incoming.method ?? "",
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    // One character a byte: a multipart body holds bytes that are no UTF-8.
    body: Buffer.concat(chunks).toString(isBinary(incoming) ? "latin1" : "utf8"),
  };
}

function isBinary({ headers }: IncomingMessage): boolean {
  return /multipart|octet-stream|pdf/.test(headers["content-type"] ?? "");
}
