import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { type ContainerLog, createContainerLog } from "./container-log.js";
import { environmentOf, expand } from "./container-environment.js";
import type { Container, ContainerState, Pod, PodStatus, Secret } from "./objects.js";
import type { Store } from "./store.js";

interface Running {
  readonly child: ChildProcess;
  readonly directory: string;
  readonly startedAt: string;
  endReason?: string;
  killTimer?: NodeJS.Timeout;
}

const now = () => new Date().toISOString().replace(/\.\d+/, "");

/** A node that runs containers as processes of this machine: output, exit codes and signals are real. */
export function createKubelet(store: Store) {
  const running = new Map<string, Running>();
  const logs = new Map<string, ContainerLog>();
  /** Pods whose node hears of nothing any more. */
  const lost = new Set<string>();

  const setState = (pod: Pod, phase: PodStatus["phase"], state: ContainerState) => {
    const [{ name, image }] = pod.spec.containers as [Container];
    const { reason, message, conditions } = pod.status;
    pod.status = {
      phase,
      ...(reason && { reason }),
      ...(message && { message }),
      ...(conditions && { conditions }),
      containerStatuses: [{ name, image, ready: state.running !== undefined, restartCount: 0, state }],
    };
    store.changed("pods", pod);
  };
  const wait = (pod: Pod, reason: string, message = "") =>
    setState(pod, "Pending", { waiting: { reason, ...(message && { message }) } });
  const isThere = (pod: Pod) => store.find("pods", pod.metadata.name) === pod && !pod.metadata.deletionTimestamp;

  const schedule = (pod: Pod) => {
    if (pod.spec.nodeSelector?.["disk"] === "none") {
      const message = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.";
      pod.status.conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }];
      store.changed("pods", pod);
      return;
    }
    pod.spec.nodeName = "node-1";
    pod.status.conditions = [{ type: "PodScheduled", status: "True" }];
    store.changed("pods", pod);
    wait(pod, "ContainerCreating");
    pull(pod);
  };

  const pull = (pod: Pod) => {
    if (!isThere(pod)) return;
    const [{ image }] = pod.spec.containers as [Container];
    if (/[A-Z]/.test(image)) return wait(pod, "InvalidImageName", `couldn't parse image name "${image}"`);
    const problem = image.startsWith("missing/")
      ? "not found"
      : image.startsWith("away/")
        ? "dial tcp: connection refused"
        : undefined;
    if (problem !== undefined) {
      const words = `failed to pull and unpack image "${image}": ${problem}`;
      wait(pod, "ErrImagePull", words);
      setTimeout(
        () =>
          isThere(pod) && wait(pod, "ImagePullBackOff", `Back-off pulling image "${image}": ErrImagePull: ${words}`),
        50,
      );
      return;
    }
    configure(pod);
  };

  const configure = (pod: Pod) => {
    if (!isThere(pod)) return;
    const [container] = pod.spec.containers as [Container];
    const env = environmentOf(container, (name) => store.find("secrets", name) as Secret | undefined);
    if (typeof env !== "string") return start(pod, container, env);
    wait(pod, "CreateContainerConfigError", env);
    setTimeout(() => configure(pod), 100);
  };

  const start = (pod: Pod, container: Container, env: Record<string, string>) => {
    const directory = mkdtempSync(join(tmpdir(), "fake-container-"));
    const message = join(directory, "termination-log");
    writeFileSync(message, "");
    const [file = "/bin/true", ...args] = [...(container.command ?? []), ...(container.args ?? [])].map((part) =>
      expand(part, env),
    );
    const { PATH = "" } = process.env;
    const child = spawn(file, args, {
      cwd: container.workingDir ?? directory,
      env: { PATH, TERMINATION_LOG: message, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const log = createContainerLog();
    logs.set(pod.metadata.name, log);
    const startedAt = now();
    const run: Running = { child, directory, startedAt };
    running.set(pod.metadata.uid, run);
    child.stdout?.on("data", (chunk: Buffer) => log.append("stdout", chunk));
    child.stderr?.on("data", (chunk: Buffer) => log.append("stderr", chunk));
    child.once("spawn", () => setState(pod, "Running", { running: { startedAt } }));
    child.once("error", (error) => {
      log.end();
      running.delete(pod.metadata.uid);
      const words = `failed to create containerd task: exec: "${file}": ${error.message}`;
      const terminated = { exitCode: 128, reason: "StartError", message: words, startedAt, finishedAt: now() };
      setState(pod, "Failed", { terminated });
    });
    // The first process of a container takes all others with it.
    child.once("exit", () => killGroup(child));
    child.once("close", (code, signal) => {
      if (!running.delete(pod.metadata.uid)) return;
      clearTimeout(run.killTimer);
      log.end();
      const exitCode = code ?? 128 + constants.signals[signal ?? "SIGKILL"];
      const said = readFileSync(message, "utf8");
      rmSync(directory, { recursive: true, force: true });
      const reason = run.endReason ?? (exitCode === 0 ? "Completed" : "Error");
      const terminated = { exitCode, reason, ...(said && { message: said }), startedAt, finishedAt: now() };
      setState(pod, exitCode === 0 ? "Succeeded" : "Failed", { terminated });
      if (pod.metadata.deletionTimestamp !== undefined) store.remove("pods", pod);
    });
  };

  /** SIGTERM to the first process, and SIGKILL to all when the grace is over. */
  const stop = (pod: Pod, graceMs: number) => {
    const run = running.get(pod.metadata.uid);
    if (run === undefined || (lost.has(pod.metadata.uid) && graceMs > 0)) return;
    const kill = () => killGroup(run.child);
    if (graceMs === 0) kill();
    else {
      run.child.kill("SIGTERM");
      run.killTimer ??= setTimeout(kill, graceMs);
    }
  };

  return {
    schedule,
    stop,
    logOf: (pod: string) => logs.get(pod),
    loseNode: (pod: Pod) => void lost.add(pod.metadata.uid),
    runs: (pod: Pod) => running.has(pod.metadata.uid),
    kill(pod: Pod, endReason: string) {
      const run = running.get(pod.metadata.uid);
      if (run !== undefined) run.endReason = endReason;
      stop(pod, 0);
    },
    killAll() {
      for (const { child } of running.values()) killGroup(child);
    },
  };
}

export type Kubelet = ReturnType<typeof createKubelet>;

function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-(pid as number), "SIGKILL");
  } catch {
    // It is gone.
  }
}
