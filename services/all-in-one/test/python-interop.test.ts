import { execFile, execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryDirectory } from "@switchyard/testkit";
import { expect, it } from "vitest";
import { startTestSystem } from "./test-system.js";

const proto = join(import.meta.dirname, "../../../proto");
// Debian: python3-grpcio python3-protobuf protobuf-compiler protobuf-compiler-grpc. The system's own Python has them, another one need not.
const python = "/usr/bin/python3";

function isInstalled(): boolean {
  try {
    execFileSync(python, ["-c", "import grpc, google.protobuf"], { stdio: "ignore" });
    execFileSync("sh", ["-c", "command -v protoc && command -v grpc_python_plugin"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function protoFiles(folder: string): string[] {
  return readdirSync(join(proto, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".proto"))
    .map((file) => join(folder, file));
}

it.skipIf(!isInstalled())(
  "Python with plain grpcio and stubs of protoc talks to the services",
  { timeout: 60_000 },
  async () => {
    const system = await startTestSystem({ GRPC_REFLECTION: "true", MANAGED_RUNNERS: "1", NUM_INTERNAL_WORKERS: "0" });
    const stubs = await temporaryDirectory();
    try {
      const outputs = [`--python_out=${stubs.path}`, `--grpc_out=${stubs.path}`];
      const plugin = `--plugin=protoc-gen-grpc=${execFileSync("sh", ["-c", "command -v grpc_python_plugin"]).toString().trim()}`;
      execFileSync("protoc", [`-I${proto}`, plugin, ...outputs, ...protoFiles("switchyard"), ...protoFiles("google")]);
      // A package called grpc would hide the library, so this one is generated under another name.
      execFileSync("sh", [
        "-c",
        `mkdir -p ${stubs.path}/src/grpc_reflection_stub && cp ${proto}/grpc/reflection/v1/reflection.proto ${stubs.path}/src/grpc_reflection_stub/`,
      ]);
      execFileSync("protoc", [`-I${stubs.path}/src`, plugin, ...outputs, "grpc_reflection_stub/reflection.proto"]);
      const script = join(import.meta.dirname, "python_client.py");
      const env = { PATH: process.env["PATH"] ?? "", PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION: "python" };
      const { stdout } = await promisify(execFile)(python, [script, stubs.path, system.addresses.grpc], { env });
      expect(stdout).toContain("error details work");
    } finally {
      await stubs.remove();
      await system.stop();
    }
  },
);
