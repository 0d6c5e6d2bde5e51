import { createReadStream } from "node:fs";
import type { Client } from "@connectrpc/connect";
import type { Clock } from "@switchyard/clock";
import type { RunnerService } from "@switchyard/proto/switchyard/runner/v1/runner_service_pb";
import { anySignal } from "../../any-signal.js";
import { isSafelyRepeated, retrying } from "../../retry/retrying.js";
import type { Attempt } from "../attempt.js";

/** What a file is made of: bytes, a text, a file of this machine, or pieces as they come. */
export type ArtifactContent = Uint8Array | string | { readonly file: string } | AsyncIterable<Uint8Array>;

/** What else is said of a file. */
export interface ArtifactOptions {
  /** Its media type. */
  readonly contentType?: string;
  /** For readers; at most 64, with 16 KiB in all. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What an artifact sender needs. */
export interface ArtifactSenderDeps {
  readonly runners: Client<typeof RunnerService>;
  readonly namespace: string;
  readonly runnerId: () => string;
  /** Ends all uploads. */
  readonly closed: AbortSignal;
  readonly clock: Clock;
}

/** Uploads files of attempts. */
export interface ArtifactSender {
  /**
   * Stores a file and settles when it is durable; it becomes visible with the attempt's outcome. Errors that pass by themselves are waited out, unless the content can be read only once.
   *
   * @throws ConnectError what the gateway refuses; the reason of the attempt's signal
   */
  upload(attempt: Attempt, name: string, content: ArtifactContent, options?: ArtifactOptions): Promise<void>;
}

/** Bytes of a message, below the megabyte that the contract allows: small enough that a slow store holds little of it. */
const pieceBytes = 256 * 1024;

/** Makes a sender. Every upload is a call of its own. */
export function createArtifactSender(deps: ArtifactSenderDeps): ArtifactSender {
  return {
    async upload(attempt, name, content, { contentType = "", labels = {} } = {}) {
      const signal = anySignal([attempt.signal, deps.closed]);
      const artifact = {
        namespace: deps.namespace,
        runnerId: deps.runnerId(),
        attempt: attempt.ref,
        name,
        contentType,
        labels,
      };
      async function* messages() {
        yield { message: { case: "artifact" as const, value: artifact } };
        for await (const data of piecesOf(content)) yield { message: { case: "data" as const, value: data } };
      }
      const isRepeatable = !isStream(content);
      const { artifactId } = await retrying(() => deps.runners.uploadArtifact(messages(), { signal }), {
        signal,
        backoff: { clock: deps.clock },
        retryable: (error) => isRepeatable && isSafelyRepeated(error, signal),
      });
      attempt.artifacts ??= new Map();
      attempt.artifacts.set(name, artifactId);
    },
  };
}

function isStream(content: ArtifactContent): content is AsyncIterable<Uint8Array> {
  return typeof content === "object" && Symbol.asyncIterator in content;
}

async function* piecesOf(content: ArtifactContent): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (typeof content === "string") yield* cut(Buffer.from(content));
  else if (content instanceof Uint8Array) yield* cut(content);
  else {
    const pieces = isStream(content) ? content : createReadStream(content.file, { highWaterMark: pieceBytes });
    for await (const piece of pieces as AsyncIterable<Uint8Array>) yield* cut(piece);
  }
}

function* cut(bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += pieceBytes)
    yield bytes.subarray(at, at + pieceBytes) as Uint8Array<ArrayBuffer>;
}
