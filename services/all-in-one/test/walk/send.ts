import { request } from "node:http";

/** An answer as the walks look at it. */
export interface WalkAnswer {
  readonly status: number;
  readonly type: string;
  /** Empty for a stream that is still open: it is left when its headers are there. */
  readonly text: string;
}

/** What goes on the wire, as it is. */
export interface WalkRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/** Sends a request on a connection of its own. Rejects when there is no whole answer in time, or the connection breaks. */
export function send({ method, url, headers, body }: WalkRequest, timeoutMs = 20_000): Promise<WalkAnswer> {
  const { hostname, port, origin } = new URL(url);
  const path = url.slice(origin.length);
  const length = body === undefined ? {} : { "content-length": String(body.length) };
  return new Promise((resolve, reject) => {
    const call = request(
      { host: hostname, port, method, path, headers: { ...length, ...headers }, agent: false },
      (answer) => {
        const type = String(answer.headers["content-type"] ?? "");
        const settle = (text: string) => {
          clearTimeout(timer);
          resolve({ status: answer.statusCode ?? 0, type, text });
        };
        if (type.startsWith("text/event-stream")) {
          settle("");
          call.destroy();
          return;
        }
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => settle(Buffer.concat(chunks).toString("utf8")));
      },
    );
    const timer = setTimeout(() => {
      reject(new Error(`no answer to ${method} ${path.slice(0, 200)} in ${timeoutMs} ms`));
      call.destroy();
    }, timeoutMs);
    call.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    call.end(body);
  });
}
