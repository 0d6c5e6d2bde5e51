import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startProcess, temporaryDirectory } from "@switchyard/testkit";
import type { Job, Pod, Secret } from "./fake-api/objects.js";

/** What the server holds, and which calls it has seen. */
export interface FakeDump {
  readonly jobs: readonly Job[];
  readonly pods: readonly Pod[];
  readonly secrets: readonly Secret[];
  readonly used: readonly string[];
}

/** A Kubernetes API server in a process of its own, with a kubeconfig for it. */
export async function startFakeCluster() {
  const token = "token-of-the-runner";
  const process = await startProcess("services/runner/test/kubernetes/fake-api/main.ts", { FAKE_TOKEN: token });
  const [, port] = await process.line(/^listening (\d+)$/);
  const server = `http://127.0.0.1:${port}`;
  const directory = await temporaryDirectory();
  const configPath = join(directory.path, "kubeconfig");
  // Plain HTTP is only taken when certificates need not be verified.
  const config = {
    ...{ apiVersion: "v1", kind: "Config", "current-context": "fake" },
    clusters: [{ name: "fake", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "runner", user: { token } }],
    contexts: [{ name: "fake", context: { cluster: "fake", user: "runner" } }],
  };
  await writeFile(configPath, JSON.stringify(config));
  const order = async <T = unknown>(action: string, orders: object = {}): Promise<T> => {
    const answer = await fetch(`${server}/_fake/${action}`, { method: "POST", body: JSON.stringify(orders) });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as T;
  };
  return {
    configPath,
    server,
    directory: directory.path,
    /** Namespace in which the runner may work. */
    namespace: "jobs",
    order,
    dump: () => order<FakeDump>("dump"),
    async stop() {
      await process.end();
      await directory.remove();
    },
  };
}

export type FakeCluster = Awaited<ReturnType<typeof startFakeCluster>>;
