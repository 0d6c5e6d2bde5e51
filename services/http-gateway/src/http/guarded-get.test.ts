import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guardedGet } from "./guarded-get.js";

let calls = 0;
const server = createServer((request, response) => {
  calls += 1;
  if (request.url === "/redirect") response.writeHead(302, { location: "/" }).end();
  else if (request.url === "/silent") response.flushHeaders();
  else response.writeHead(request.url === "/" ? 200 : 404).end("x".repeat(1000));
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
const get = (path: string, options: Partial<Parameters<typeof guardedGet>[1]> = {}, host = "127.0.0.1") =>
  guardedGet(new URL(`http://${host}:${port}${path}`), {
    ...{ signal: never, maxBytes: 2000, isAllowed: () => true },
    ...options,
  });

describe("guardedGet", () => {
  it("reads an answer, whatever its status, and follows nothing", async () => {
    expect(await get("/")).toEqual({ status: 200, text: "x".repeat(1000) });
    expect(await get("/other")).toMatchObject({ status: 404 });
    expect(await get("/redirect")).toEqual({ status: 302, text: "" });
  });

  it("connects to no address that is not public, by number or by name", async () => {
    const before = calls;
    for (const host of ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433"]) {
      const call = guardedGet(new URL(`http://${host}:${port}/`), { signal: never, maxBytes: 2000 });
      await expect(call).rejects.toThrow("may be connected to");
    }
    expect(calls).toBe(before);
  });

  it("asks about the address that a name means", async () => {
    const asked: string[] = [];
    const isAllowed = (address: string) => asked.push(address) > 0;
    expect(await get("/", { isAllowed }, "localhost")).toMatchObject({ status: 200 });
    expect(asked).toContain("127.0.0.1");
  });

  it("ends what is too large, too slow, or of another scheme", async () => {
    await expect(get("/", { maxBytes: 999 })).rejects.toThrow("larger than 999");
    await expect(get("/silent", { signal: AbortSignal.timeout(50) })).rejects.toThrow();
    const file = guardedGet(new URL("file:///etc/passwd"), { signal: never, maxBytes: 2000 });
    await expect(file).rejects.toThrow("neither http");
  });
});
