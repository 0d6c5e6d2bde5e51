import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Dicer } from "@fastify/busboy";

/** A part of a form. Its bytes have to be read, or let go by `resume`, before the next part comes. */
export interface FormPart {
  readonly name: string | undefined;
  readonly fileName: string | undefined;
  readonly mediaType: string | undefined;
  readonly bytes: Readable;
}

/** The boundary that a media type names; undefined for one that is no form. */
export function boundaryOf(mediaType: string | undefined): string | undefined {
  const [, quoted, plain] = /^multipart\/[\w-]+\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(mediaType ?? "") ?? [];
  return quoted ?? plain;
}

/**
 * Takes a form apart as its bytes come, as fast as they are read. Not what browsers send alone: a part may be called an
 * attachment and have no name, which the usual readers of forms pass over; so the boundaries are found by a library, and the
 * few headers are read here.
 *
 * @throws Error when the form ends too early
 */
export async function* formParts(body: Readable, boundary: string): AsyncGenerator<FormPart> {
  const splitter = new Dicer({ boundary });
  const found = new Readable({ objectMode: true, read: () => undefined });
  splitter.on("part", (bytes) => {
    bytes.once("header", (headers: Headers) => found.push({ ...partFacts(headers), bytes }));
    // Whoever reads the part hears of it; one that nobody reads any more must not end the process.
    bytes.on("error", () => undefined);
  });
  splitter.once("finish", () => found.push(null));
  pipeline(body, splitter).catch((error: unknown) => found.destroy(error as Error));
  yield* found as AsyncIterable<FormPart>;
}

type Headers = Readonly<Record<string, readonly string[] | undefined>>;

function partFacts(headers: Headers): Omit<FormPart, "bytes"> {
  const disposition = headers["content-disposition"]?.[0] ?? "";
  return {
    name: parameterOf(disposition, "name"),
    fileName: parameterOf(disposition, "filename"),
    mediaType: headers["content-type"]?.[0],
  };
}

/** A parameter of a header, also in its extended form (RFC 5987), which counts more. */
function parameterOf(header: string, name: string): string | undefined {
  const [, extended] = new RegExp(`;\\s*${name}\\*=UTF-8'[^']*'([^;\\s]+)`, "i").exec(header) ?? [];
  if (extended !== undefined) return decodeOr(extended);
  const [, quoted, plain] = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, "i").exec(header) ?? [];
  return quoted?.replace(/\\(["\\])/g, "$1") ?? plain;
}

function decodeOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
