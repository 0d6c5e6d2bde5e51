import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guardedRequest } from "./guarded-request.js";

let calls = 0;
const server = createServer((request, response) => {
  calls += 1;
  const path = request.url ?? "";
  if (path === "/redirect") response.writeHead(302, { location: "/" }).end();
  else if (path === "/loop") response.writeHead(302, { location: "/loop" }).end();
  else if (path === "/metadata") response.writeHead(302, { location: "http://169.254.169.254/latest" }).end();
  else if (path === "/elsewhere") response.writeHead(302, { location: "http://elsewhere.test/" }).end();
  else if (path === "/silent") response.flushHeaders();
  else if (path === "/latin")
    response.writeHead(200, { "content-type": "text/plain; charset=iso-8859-1" }).end(Buffer.from([0xe9]));
  else if (path === "/echo") {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () =>
      response.end(`${request.method} ${request.headers["x-one"]} ${Buffer.concat(chunks).toString()}`),
    );
  } else response.writeHead(path === "/" ? 200 : 404).end("x".repeat(1000));
});
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as { port: number });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const never = new AbortController().signal;
const ask = (path: string, options: Partial<Parameters<typeof guardedRequest>[1]> = {}, host = "127.0.0.1") =>
  guardedRequest(new URL(`http://${host}:${port}${path}`), {
    ...{ signal: never, maxBytes: 2000, isAllowed: (address: string) => address.startsWith("127.") },
    ...options,
  });

describe("guardedRequest", () => {
  it("reads an answer, whatever its status, and follows nothing by itself", async () => {
    expect(await ask("/")).toMatchObject({ status: 200, text: "x".repeat(1000) });
    expect(await ask("/other")).toMatchObject({ status: 404 });
    expect(await ask("/redirect")).toMatchObject({ status: 302, text: "", headers: { location: "/" } });
    expect(await ask("/latin")).toMatchObject({ text: "é" });
  });

  it("sends a body and headers", async () => {
    const { text } = await ask("/echo", { method: "POST", body: "question", headers: { "x-one": "1" } });
    expect(text).toBe("POST 1 question");
  });

  it("connects to no address that is not public, by number or by name", async () => {
    const before = calls;
    for (const host of ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433"]) {
      const call = guardedRequest(new URL(`http://${host}:${port}/`), { signal: never, maxBytes: 2000 });
      await expect(call).rejects.toThrow("may be connected to");
    }
    expect(calls).toBe(before);
  });

  it("asks about the address that a name means", async () => {
    const asked: string[] = [];
    const isAllowed = (address: string, host: string) => asked.push(`${host} ${address}`) > 0;
    expect(await ask("/", { isAllowed }, "localhost")).toMatchObject({ status: 200 });
    expect(asked).toContain("localhost 127.0.0.1");
  });

  it("follows redirects when asked, and checks each hop", async () => {
    const answer = await ask("/redirect", { maxRedirects: 5 });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.url.pathname).toBe("/");
    await expect(ask("/metadata", { maxRedirects: 5 })).rejects.toThrow("169.254.169.254 is not an address");
    const mayVisit = ({ hostname }: URL) => hostname === "127.0.0.1";
    await expect(ask("/elsewhere", { maxRedirects: 5, mayVisit })).rejects.toThrow("elsewhere.test is not a host");
    const before = calls;
    await expect(ask("/loop", { maxRedirects: 2 })).rejects.toThrow("more than 2 redirects");
    expect(calls - before).toBe(3);
  });

  it("ends what is too large, too slow, or of another scheme", async () => {
    await expect(ask("/", { maxBytes: 999 })).rejects.toThrow("larger than 999");
    await expect(ask("/silent", { signal: AbortSignal.timeout(50) })).rejects.toThrow("timeout");
    const plain = { signal: never, maxBytes: 2000 };
    await expect(guardedRequest(new URL("file:///etc/passwd"), plain)).rejects.toThrow("neither http");
    await expect(guardedRequest(new URL("http://me:secret@example.org/"), plain)).rejects.toThrow("user name");
  });
});
