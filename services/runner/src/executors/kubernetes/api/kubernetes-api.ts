import { type Agent, type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps, type RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { errorOfAnswer, KubernetesError } from "./kubernetes-error.js";

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** What a call carries. */
export interface CallOptions {
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the body. Default `application/json`. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** How a stream is opened. */
export interface StreamOptions {
  readonly query?: Query;
  /** The stream is broken off when nothing has come for so long, in milliseconds. Default: never. */
  readonly silenceMs?: number;
  readonly signal?: AbortSignal;
}

/** Calls of the Kubernetes REST API. */
export interface KubernetesApi {
  /**
   * Makes one call and answers the body.
   *
   * @throws KubernetesError when it is refused or there is no answer within 30 s
   */
  call<T>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, options?: CallOptions): Promise<T>;
  /**
   * Opens a stream: a watch, or a log that is followed.
   *
   * @throws KubernetesError when it is refused or there is no answer
   */
  stream(path: string, options?: StreamOptions): Promise<IncomingMessage>;
  /** Closes idle connections. */
  close(): void;
}

const answerWithinMs = 30_000;
/** A connection whose other end is gone without a word is noticed by probes of the transport, in milliseconds. */
const probeEveryMs = 30_000;

/**
 * Connects by a kubeconfig, which is read as kubectl does: `KUBECONFIG`, the one of the home directory, else the service account of
 * the pod, whose token is renewed as it changes.
 *
 * Only the configuration and the credentials are the client library's. Its generated calls drop fields that its version does not know, so
 * that a slip in an operator's template would pass unnoticed; and its log reader does not tell a broken connection from the end.
 *
 * @param configPath a kubeconfig instead
 * @throws Error when there is no configuration, or no credentials come of it
 */
export async function connectKubernetes(configPath?: string): Promise<KubernetesApi> {
  // Loaded on demand: it takes a second, and other profiles do without.
  const { KubeConfig: Config } = await import("@kubernetes/client-node");
  const config = new Config();
  if (configPath === undefined) config.loadFromDefault();
  else config.loadFromFile(configPath);
  await config.applyToHTTPSOptions({});
  return createKubernetesApi(config);
}

function createKubernetesApi(config: KubeConfig): KubernetesApi {
  const server = config.getCurrentCluster()?.server.replace(/\/+$/, "") ?? "";
  let kept: { readonly credentials: string; readonly agent: Agent } | undefined;

  /** The library makes an agent for each call; the first of the same credentials is kept, for the sake of its connections. */
  const optionsOf = async (): Promise<RequestOptions> => {
    const options: RequestOptions & { pfx?: unknown } = { headers: {} };
    await config.applyToHTTPSOptions(options as Parameters<KubeConfig["applyToHTTPSOptions"]>[0]);
    const { ca, cert, key, pfx } = options;
    const credentials = JSON.stringify([ca, cert, key, pfx].map((part) => part?.toString()));
    if (kept?.credentials !== credentials) {
      kept?.agent.destroy();
      kept = { credentials, agent: options.agent as Agent };
      (kept.agent as Agent & { keepAlive: boolean }).keepAlive = true;
    }
    return { ...options, agent: kept.agent };
  };

  const open = async (
    method: string,
    path: string,
    { query = {}, signal, ...options }: CallOptions & StreamOptions,
  ) => {
    const url = new URL(server + path);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const base = await optionsOf().catch((cause: unknown) => {
      throw new KubernetesError(0, "", `no credentials for ${server}: ${wordsOf(cause)}`, { cause });
    });
    const body = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
    const headers = {
      ...base.headers,
      accept: "application/json, */*",
      "user-agent": "switchyard-runner",
      ...(body && { "content-type": options.contentType ?? "application/json", "content-length": body.length }),
    };
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    return new Promise<IncomingMessage>((resolve, reject) => {
      const request = send(url, { ...base, method, headers, ...(signal && { signal }) });
      request.setTimeout(answerWithinMs, () => request.destroy(new Error("no answer within 30 s")));
      request.on("error", (cause) => reject(new KubernetesError(0, "", wordsOf(cause), { cause })));
      request.once("response", (answer) => {
        request.removeAllListeners("timeout");
        request.setTimeout(options.silenceMs ?? 0, () => answer.destroy(new Error("nothing came for too long")));
        answer.socket.setKeepAlive(true, probeEveryMs);
        resolve(answer);
      });
      request.end(body);
    });
  };

  const refuse = async (answer: IncomingMessage) => {
    throw errorOfAnswer(answer.statusCode ?? 0, await textOf(answer));
  };

  return {
    async call<T>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, options: CallOptions = {}) {
      const answer = await open(method, path, { ...options, silenceMs: answerWithinMs });
      if ((answer.statusCode ?? 0) >= 300) return refuse(answer);
      return JSON.parse(await textOf(answer)) as T;
    },
    async stream(path, options = {}) {
      const answer = await open("GET", path, options);
      return answer.statusCode === 200 ? answer : refuse(answer);
    },
    close() {
      kept?.agent.destroy();
      kept = undefined;
    },
  };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (cause) {
    throw new KubernetesError(0, "", wordsOf(cause), { cause });
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** An error of several addresses has no words of its own. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return wordsOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
