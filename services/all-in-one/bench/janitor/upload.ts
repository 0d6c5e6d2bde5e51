import { request } from "node:http";
import { performance } from "node:perf_hooks";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { report, startBenchSystem } from "../bench-system.js";
import { startGatewayProcess } from "../gateway-process.js";

const boundary = "bench-boundary";

/** Finishes a run with one large file, over a gateway that is a process of its own, and watches that process's memory. */
export async function benchUpload(megabytes: number): Promise<void> {
  const bench = await startBenchSystem({ MANAGED_RUNNERS: "0" });
  const gateway = await startGatewayProcess(bench.system.addresses.grpc);
  try {
    const base = `${gateway.url}/janitor`;
    const run = await assignOne(base);
    const { memoryMib: before } = await gateway.usage();
    let most = before;
    const watch = setInterval(() => {
      void gateway.usage().then(({ memoryMib }) => (most = Math.max(most, memoryMib)));
    }, 100);
    const begunAt = performance.now();
    const status = await upload(`${base}/active-runs/${run}/finish`, megabytes);
    const seconds = (performance.now() - begunAt) / 1000;
    clearInterval(watch);
    if (status !== 201) throw new Error(`the upload was answered with ${status}`);
    report("upload", { megabytes, seconds: Number(seconds.toFixed(1)), rss_before_mb: before, rss_most_mb: most });
  } finally {
    await gateway.stop();
    await bench.stop();
  }
}

async function assignOne(base: string): Promise<string> {
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${base}${path}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}`);
    return (await response.json()) as { readonly id: string };
  };
  await post("/codebases", [{ name: "large", branch_url: "https://git.example/large" }]);
  await post("/schedule", { codebase: "large", campaign: "lintian-fixes" });
  return (await post("/active-runs", { worker: "bench" })).id;
}

async function upload(url: string, megabytes: number): Promise<number> {
  const piece = Buffer.alloc(1024 ** 2, "x");
  async function* body(): AsyncGenerator<Buffer> {
    yield part('name="metadata"; filename="result.json"', '{"code":"success"}');
    yield part('name="file"; filename="large.bin"', "");
    for (let sent = 0; sent < megabytes; sent += 1) yield piece;
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  const outgoing = request(url, {
    method: "POST",
    headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
  });
  const answered = new Promise<number>((resolve, reject) => {
    outgoing.once("response", (response) => {
      response.resume().once("end", () => resolve(response.statusCode ?? 0));
    });
    outgoing.once("error", reject);
  });
  await pipeline(Readable.from(body()), outgoing);
  return answered;
}

/** Each part begins with the boundary of the one before; the first one's line break in front is passed over by readers. */
function part(disposition: string, text: string): Buffer {
  return Buffer.from(`\r\n--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${text}`);
}
