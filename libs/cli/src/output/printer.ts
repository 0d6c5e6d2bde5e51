import { type DescMessage, type JsonValue, type MessageShape, toJson } from "@bufbuild/protobuf";
import type { Io } from "../io.js";
import type { OutputFormat } from "../settings/settings.js";
import { type Column, renderTable } from "./table.js";

/** Writes results the way that the caller asked for. */
export interface Printer {
  readonly format: OutputFormat;
  readonly colors: boolean;
  /** Text on the standard output. */
  text(text: string): Promise<void>;
  /** Bytes on the standard output, as they are. */
  bytes(data: Uint8Array): Promise<void>;
  /** Words for people on the standard error; nothing when quiet. */
  note(text: string): Promise<void>;
  /** One message: a JSON document, or the text that people get. */
  one<Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>, text: () => string): Promise<void>;
  /** Messages: a line of JSON each, or a table. */
  rows<Desc extends DescMessage>(
    desc: Desc,
    messages: readonly MessageShape<Desc>[],
    columns: readonly Column<MessageShape<Desc>>[],
  ): Promise<void>;
  /** One line of JSON; for what comes bit by bit. */
  jsonLine(value: JsonValue): Promise<void>;
}

/**
 * A message as JSON with the names of the contracts' JSON form. Fields with their default value are written too, so that a
 * reader finds every name; fields that can be absent, and are, are left out.
 */
export function messageJson<Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>): JsonValue {
  return toJson(desc, message, { alwaysEmitImplicit: true });
}

/** Makes a printer. */
export function createPrinter(io: Io, format: OutputFormat, quiet: boolean): Printer {
  const text = (value: string) => (value === "" ? Promise.resolve() : io.stdout.write(value));
  const jsonLine = (value: JsonValue) => text(`${JSON.stringify(value)}\n`);
  return {
    format,
    colors: io.colors,
    text,
    bytes: (data) => io.stdout.write(data),
    note: async (value) => (quiet ? undefined : io.stderr.write(`${value}\n`)),
    one: (desc, message, render) =>
      text(format === "json" ? `${JSON.stringify(messageJson(desc, message), undefined, 2)}\n` : render()),
    async rows(desc, messages, columns) {
      if (format === "table") return text(renderTable(columns, messages, io.colors));
      for (const message of messages) await jsonLine(messageJson(desc, message));
    },
    jsonLine,
  };
}
