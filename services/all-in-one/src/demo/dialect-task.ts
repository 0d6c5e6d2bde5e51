import type { Screen } from "./screen.js";

/** The few fields of a task that the demo looks at; the dialect's contract has them all. */
interface Task {
  readonly id: string;
  readonly status: string;
  readonly worker_id: string | null;
  readonly result: unknown;
  readonly error_details: string | null;
}

interface LogEntry {
  readonly id: string;
  readonly level: string;
  readonly message: string;
}

const program = `
  const total = 5;
  for (let n = 1; n <= total; n++) {
    console.log("[" + n + "/" + total + "] counting");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.log("counted to " + total);
`;

/** How often the log is asked for, ms; the dialect's clients poll. */
const pollMs = 100;
/** Longest time that the task may take, ms. */
const patienceMs = 60_000;

/** Creates a task over the task-executor dialect's REST API, as an old client would, and shows its log as it grows. */
export async function runDialectTask(httpAddress: string, screen: Screen): Promise<Task> {
  const base = `http://${httpAddress}/task-executor/api/v1/tasks`;
  const parameters = {
    max_steps: 5,
    timeout: 60,
    command: [process.execPath, "--input-type=module", "--eval", program],
  };
  const created = await call<Task>(base, { problem_id: "demo-count-1", parameters });
  screen.line(`created task ${created.id}`);
  const shown = new Set<string>();
  const deadline = Date.now() + patienceMs;
  for (;;) {
    // The state is read before the log, so that the log of a finished task is complete.
    const task = await call<Task>(`${base}/${created.id}`);
    for (const entry of await call<LogEntry[]>(`${base}/${created.id}/logs?limit=1000`)) {
      if (!shown.has(entry.id)) screen.logLine(entry.level, entry.message);
      shown.add(entry.id);
    }
    if (task.status !== "pending" && task.status !== "running") return finished(task, screen);
    if (Date.now() > deadline) throw new Error(`the task is still ${task.status} after ${patienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function finished(task: Task, screen: Screen): Task {
  screen.line(`status ${task.status}, worker ${task.worker_id}`);
  screen.line(`result ${JSON.stringify(task.result)}`);
  if (task.status !== "completed") throw new Error(`the task ended as ${task.status}: ${task.error_details}`);
  return task;
}

async function call<T>(url: string, body?: unknown): Promise<T> {
  const options =
    body === undefined
      ? {}
      : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(url, { ...options, signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
