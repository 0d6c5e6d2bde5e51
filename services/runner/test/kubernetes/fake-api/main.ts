// A Kubernetes API server in small, for tests: the REST and watch protocol of Jobs, pods, logs and Secrets, with one node that runs
// containers as local processes. It is strict: what the real one refuses it refuses too, unknown fields and calls without permission included.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { obey } from "./control.js";
import { createControllers, type DeleteOptions } from "./controllers.js";
import { createKubelet } from "./kubelet.js";
import { type Job, kinds, type Pod, Refusal, type Resource, type Secret } from "./objects.js";
import { createStore } from "./store.js";
import { matcherOf, type OpenStreams, serveLog, serveWatch } from "./streams.js";
import { loadModels, validate } from "./validate.js";

const token = process.env["FAKE_TOKEN"] ?? "";
const namespace = "jobs";
/** What the chart's role gives a runner. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  jobs: ["create", "get", "list", "watch", "delete"],
  pods: ["get", "list", "watch", "delete", "patch"],
  "pods/log": ["get"],
  secrets: ["create"],
};

const store = createStore();
const kubelet = createKubelet(store);
const controllers = createControllers(store, kubelet);
const open: OpenStreams = { watches: new Set(), logs: new Set(), broken: new WeakSet() };
const forbidden = new Set<string>();
const used = new Set<string>();
let port = 0;

const server = createServer((request, response) => {
  void answer(request, response).catch((error: unknown) => {
    const refusal = error instanceof Refusal ? error : new Refusal(500, "InternalError", String(error));
    if (response.headersSent) response.destroy();
    else send(response, refusal.code, refusal.status);
  });
});
const listen = () => server.listen(port, "127.0.0.1");

function goAway(ms: number): void {
  server.close();
  setTimeout(() => server.closeAllConnections(), 20);
  setTimeout(listen, ms);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "", "http://localhost");
  const body = await bodyOf(request);
  if (url.pathname.startsWith("/_fake/")) {
    // A test must not find its own connection broken by what it asked for.
    response.setHeader("connection", "close");
    const deps = { store, kubelet, controllers, open, goAway, forbidden, used };
    send(response, 200, obey(url.pathname.slice("/_fake/".length), (body ?? {}) as Record<string, unknown>, deps));
    return;
  }
  if (request.headers.authorization !== `Bearer ${token}`) throw new Refusal(401, "Unauthorized", "Unauthorized");
  const path = /^\/(?:api\/v1|apis\/batch\/v1)\/namespaces\/([^/]+)\/(jobs|pods|secrets)(?:\/([^/]+))?(\/log)?$/.exec(
    url.pathname,
  );
  const isBatch = url.pathname.startsWith("/apis/batch/");
  if (path === null || isBatch !== (path[2] === "jobs"))
    throw new Refusal(404, "NotFound", "the server could not find the requested resource");
  const [, space, resource, name, log] = path as unknown as [string, string, Resource, string?, string?];
  const verb = verbOf(request.method, name, url.searchParams);
  const subject = `${resource}${log ?? ""}`;
  used.add(`${verb} ${subject}`);
  if (space !== namespace || !allowed[subject]?.includes(verb) || forbidden.has(`${verb} ${subject}`))
    throw new Refusal(
      403,
      "Forbidden",
      `${subject} is forbidden: User "runner" cannot ${verb} resource "${subject}" in the namespace "${space}"`,
    );
  await serve(verb, resource, name, log !== undefined, url.searchParams, body, response);
}

async function serve(
  verb: string,
  resource: Resource,
  name: string | undefined,
  isLog: boolean,
  query: URLSearchParams,
  body: unknown,
  response: ServerResponse,
): Promise<void> {
  if (verb === "watch") return serveWatch(store, resource, query, response, open);
  if (verb === "list") {
    const items = store.list(resource).filter(matcherOf(query.get("labelSelector")));
    const { kind, apiVersion } = kinds[resource];
    const metadata = { resourceVersion: String(store.version) };
    return send(response, 200, { kind: `${kind}List`, apiVersion, metadata, items });
  }
  if (verb === "create") {
    validate(resource, body, query.get("fieldValidation") === "Strict");
    const object = resource === "secrets" ? encoded(body as Secret) : { ...(body as Job), status: {} };
    return send(response, 201, store.create(resource, namespace, object));
  }
  const object = store.find(resource, name as string);
  if (object === undefined) throw new Refusal(404, "NotFound", `${resource} "${name}" not found`);
  if (isLog) {
    const kept = kubelet.logOf(object.metadata.name);
    const container = query.get("container") ?? "";
    if (!(object as Pod).spec.containers.some((one) => one.name === container))
      throw new Refusal(400, "BadRequest", `container ${container} is not valid for pod ${name}`);
    if (kept === undefined)
      throw new Refusal(
        400,
        "BadRequest",
        `container "${container}" in pod "${name}" is waiting to start: ContainerCreating`,
      );
    return serveLog(kept, query, response, open);
  }
  if (verb === "delete") controllers.remove(resource, object, (body ?? {}) as DeleteOptions);
  if (verb === "patch") {
    const { metadata } = body as { metadata: { annotations: Record<string, string> } };
    object.metadata.annotations = { ...object.metadata.annotations, ...metadata.annotations };
    store.changed(resource, object);
  }
  send(response, 200, object);
}

/** As it is stored: `stringData` is only for writing. */
function encoded({ stringData = {}, data = {}, ...secret }: Secret): Secret {
  const entries = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  return { ...secret, data: { ...data, ...Object.fromEntries(entries) } };
}

function verbOf(method: string | undefined, name: string | undefined, query: URLSearchParams): string {
  if (method === "GET") return query.get("watch") === "true" ? "watch" : name === undefined ? "list" : "get";
  return { POST: "create", DELETE: "delete", PATCH: "patch" }[method ?? ""] ?? "update";
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

function send(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

server.once("listening", () => {
  ({ port } = server.address() as AddressInfo);
  process.stdout.write(`listening ${port}\n`);
});
process.once("SIGTERM", () => {
  kubelet.killAll();
  process.exit(0);
});
await loadModels();
listen();
