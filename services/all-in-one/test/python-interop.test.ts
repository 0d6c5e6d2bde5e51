import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryDirectory } from "@switchyard/testkit";
import { expect, it } from "vitest";
import { hasGrpcPython, makePythonStubs, python, pythonEnvironment } from "./python-stubs.js";
import { startTestSystem } from "./test-system.js";

it.skipIf(!hasGrpcPython())(
  "Python with plain grpcio and stubs of protoc talks to the services",
  { timeout: 60_000 },
  async () => {
    const system = await startTestSystem({ GRPC_REFLECTION: "true", MANAGED_RUNNERS: "1", NUM_INTERNAL_WORKERS: "0" });
    const stubs = await temporaryDirectory();
    try {
      makePythonStubs(stubs.path);
      const script = join(import.meta.dirname, "python_client.py");
      const env = pythonEnvironment(stubs.path);
      const { stdout } = await promisify(execFile)(python, [script, stubs.path, system.addresses.grpc], { env });
      expect(stdout).toContain("error details work");
    } finally {
      await stubs.remove();
      await system.stop();
    }
  },
);
