import { createServer, type Server } from "node:http";

/** A worker of the old system as the server sees it: it can be asked for its run, its logs, and to stop. */
export interface ScriptedWorker {
  /** Where it can be asked. */
  readonly url: string;
  /** The run that it says it has; null for none. */
  run: string | null;
  /** Its logs by name, as they are now. */
  readonly logs: Record<string, string>;
  /** How it answers to being asked to stop. */
  killStatus: number;
  /** How often it was asked for its run. */
  readonly pings: number;
  /** How often it was asked to stop. */
  readonly kills: number;
  close(): Promise<void>;
}

/** Starts a worker on a free port of this machine. */
export async function startScriptedWorker(): Promise<ScriptedWorker> {
  const state = { run: null as string | null, logs: {} as Record<string, string>, killStatus: 200, pings: 0, kills: 0 };
  const server: Server = createServer((request, response) => {
    const path = request.url ?? "";
    const json = (value: unknown, status = 200) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (path === "/log-id") {
      state.pings += 1;
      json(state.run);
    } else if (path === "/logs") {
      json(Object.keys(state.logs));
    } else if (path === "/kill" && request.method === "POST") {
      state.kills += 1;
      json({}, state.killStatus);
    } else {
      const log = state.logs[decodeURIComponent(path.replace("/logs/", ""))];
      if (log === undefined) response.writeHead(404).end();
      else response.writeHead(200, { "content-type": "text/plain" }).end(log);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}
