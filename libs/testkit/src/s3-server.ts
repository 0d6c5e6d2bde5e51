import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { eventually } from "./eventually.js";
import { freePort } from "./free-port.js";
import { temporaryDirectory } from "./test-process.js";

const require = createRequire(import.meta.url);

/** A bucket on an S3-compatible server that runs as a process of its own. */
export interface S3Server {
  readonly endpoint: string;
  readonly bucket: string;
  stop(): Promise<void>;
}

/** Starts `s3rver`. Its credentials go into the environment, where the SDK looks for them. */
export async function startS3Server(): Promise<S3Server> {
  const directory = await temporaryDirectory();
  const [port, bucket] = [await freePort(), "artifacts"];
  const program = require.resolve("s3rver/bin/s3rver.js");
  const place = ["--directory", directory.path, "--address", "127.0.0.1", "--port", String(port)];
  const child = spawn(process.execPath, [program, ...place, "--configure-bucket", bucket, "--silent"], {
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  const endpoint = `http://127.0.0.1:${port}`;
  process.env["AWS_ACCESS_KEY_ID"] = "S3RVER";
  process.env["AWS_SECRET_ACCESS_KEY"] = "S3RVER";
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`s3rver ended with ${child.exitCode}`);
    await fetch(`${endpoint}/${bucket}`);
  });
  return {
    endpoint,
    bucket,
    async stop() {
      child.kill("SIGKILL");
      await ended;
      await directory.remove();
    },
  };
}
