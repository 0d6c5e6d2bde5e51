import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const proto = join(import.meta.dirname, "../../../proto");

/** Debian: python3-grpcio python3-protobuf protobuf-compiler protobuf-compiler-grpc. The system's own Python has them, another one need not. */
export const python = "/usr/bin/python3";

/** Whether this machine has what Python needs to speak gRPC. */
export function hasGrpcPython(): boolean {
  try {
    execFileSync(python, ["-c", "import grpc, google.protobuf"], { stdio: "ignore" });
    execFileSync("sh", ["-c", "command -v protoc && command -v grpc_python_plugin"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Makes stubs of all contracts with plain protoc. */
export function makePythonStubs(directory: string): void {
  const outputs = [`--python_out=${directory}`, `--grpc_out=${directory}`];
  const plugin = `--plugin=protoc-gen-grpc=${execFileSync("sh", ["-c", "command -v grpc_python_plugin"]).toString().trim()}`;
  execFileSync("protoc", [`-I${proto}`, plugin, ...outputs, ...protoFiles("switchyard"), ...protoFiles("google")]);
  // A package called grpc would hide the library, so this one is generated under another name.
  execFileSync("sh", [
    "-c",
    `mkdir -p ${directory}/src/grpc_reflection_stub && cp ${proto}/grpc/reflection/v1/reflection.proto ${directory}/src/grpc_reflection_stub/`,
  ]);
  execFileSync("protoc", [`-I${directory}/src`, plugin, ...outputs, "grpc_reflection_stub/reflection.proto"]);
}

/** What a Python program with such stubs needs of its environment. */
export function pythonEnvironment(directory: string): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", PYTHONPATH: directory, PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION: "python" };
}

function protoFiles(folder: string): string[] {
  return readdirSync(join(proto, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".proto"))
    .map((file) => join(folder, file));
}
