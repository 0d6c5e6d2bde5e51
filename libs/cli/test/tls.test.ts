import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createSecureServer } from "node:http2";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "./run.js";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const listening = (server: Server) =>
  new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });

describe.runIf(hasOpenssl)("the doctor before a TLS server", () => {
  let directory: string;
  let servers: Server[];
  let [secure, plain] = [0, 0];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "switchyard-cli-tls-"));
    const openssl = (args: string) => promisify(execFile)("openssl", args.split(" "), { cwd: directory });
    const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    await openssl(`req -x509 ${key} -keyout ca.key -out ca.pem -days 400 -subj /CN=authority`);
    await openssl(`req ${key} -keyout key.pem -out request.pem -subj /CN=switchyard`);
    await writeFile(join(directory, "names"), "subjectAltName=DNS:switchyard.test,DNS:localhost\n");
    await openssl(
      "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 7 -extfile names -out cert.pem",
    );
    const [cert, privateKey] = await Promise.all(
      ["cert.pem", "key.pem"].map((name) => readFile(join(directory, name))),
    );
    const tlsServer = createSecureServer({ ...(cert && { cert }), ...(privateKey && { key: privateKey }) });
    tlsServer.on("stream", (stream) => stream.close());
    const plainServer = createServer((socket) =>
      socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
    );
    servers = [tlsServer, plainServer];
    [secure, plain] = (await Promise.all(servers.map(listening))) as [number, number];
  });
  afterAll(async () => {
    for (const server of servers) server.close();
    await rm(directory, { recursive: true });
  });

  const connect = async (address: string, ...options: readonly string[]) => {
    const { out } = await run(["doctor", "-o", "json", "--timeout", "1s", "--address", address, ...options]);
    const told = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { check: string; verdict: string; message: string; advice?: string });
    return told.filter(({ check }) => check === "connect");
  };
  const ca = () => ["--tls-ca", join(directory, "ca.pem")];

  it("trusts its authority, and says that the certificate ends soon", async () => {
    expect(await connect(`localhost:${secure}`, ...ca())).toMatchObject([
      { verdict: "ok", message: expect.stringContaining("takes TLS connections") },
      {
        verdict: "warn",
        message: expect.stringMatching(/DNS:switchyard\.test.*valid for (?:6d|7d)/),
        advice: expect.stringContaining("Renew"),
      },
    ]);
  });

  it("wants the authority named", async () => {
    const [finding] = await connect(`localhost:${secure}`, "--tls");
    expect(finding).toMatchObject({ verdict: "fail", advice: expect.stringContaining("--tls-ca") });
  });

  it("wants a name of the certificate, or to be told which it carries", async () => {
    const address = `127.0.0.1:${secure}`;
    const [finding] = await connect(address, ...ca());
    expect(finding).toMatchObject({ verdict: "fail", advice: expect.stringContaining("--tls-server-name") });
    const [named] = await connect(address, ...ca(), "--tls-server-name", "switchyard.test");
    expect(named).toMatchObject({ verdict: "ok" });
  });

  it("notices that the server speaks no TLS", async () => {
    const [finding] = await connect(`127.0.0.1:${plain}`, "--tls");
    expect(finding).toMatchObject({ verdict: "fail", advice: expect.stringContaining("leave out the TLS options") });
  });

  it("warns of a token in plain text beyond this machine", async () => {
    // TEST-NET-1 (RFC 5737): nobody answers there.
    const findings = await connect("192.0.2.1:7400", "--token", "secret", "--timeout", "50ms");
    expect(findings.map(({ verdict }) => verdict)).toEqual(["fail", "warn"]);
    expect(findings[1]?.message).toContain("plain text");
  });
});
