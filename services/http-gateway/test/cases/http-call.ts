import { request as httpRequest } from "node:http";

/** An answer, its body as text. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** What is sent, with nothing added that is not asked for. */
export interface HttpCall {
  readonly method: string;
  /** Sent as it is: nothing is encoded or normalised, as `fetch` would. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Makes one request on a connection of its own. */
export function httpCall(baseUrl: string, { method, path, headers = {}, body }: HttpCall): Promise<HttpAnswer> {
  const base = new URL(baseUrl);
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: base.hostname,
        port: base.port,
        method,
        path: `${base.pathname.replace(/\/$/, "")}${path}`,
        headers: { ...length, ...headers },
        agent: false,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
