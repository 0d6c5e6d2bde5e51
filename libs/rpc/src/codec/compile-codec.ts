import { type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { Edition } from "@bufbuild/protobuf/wkt";
import type { ByteReader } from "./byte-reader.js";
import type { ByteWriter } from "./byte-writer.js";
import { CodecSource, scalars } from "./emit-field.js";

/** What one type of message needs to be written, read and completed. */
export interface Codec {
  /** Writes the fields of a message, or of what one is made from: what is left out counts as unset. */
  encode(writer: ByteWriter, message: object): void;
  /** Reads fields up to a place, into a new message or into one of which a part has come before. */
  decode(reader: ByteReader, end: number, into?: object): object;
  /** Makes a message from what one is made from, as `create` does; a message is returned as it is. */
  complete(init: object): object;
}

/** Types whose messages have a form of their own in JavaScript. */
const ownForm = /^google\.protobuf\.(?:\w*Value|Struct)$/;
const noBytes = new Uint8Array(0);
const codecs = new WeakMap<DescMessage, Codec | undefined>();

/**
 * The codec of a type of message, compiled from its description at first use: JavaScript that names every field, which the
 * engine makes as fast as code written by hand (`ajv` does so with JSON schemas). `toBinary` and `fromBinary` look each field up
 * in the description instead, and cost five to twenty times as much. Nothing is compiled but descriptions generated from contracts.
 *
 * Written bytes are those of `toBinary`, read messages those of `fromBinary`, with three differences: fields that are not set
 * are there with the value undefined, so that all messages of a type have one shape; a field that came with another wire type
 * counts as unknown; and text that begins with a byte order mark keeps it.
 *
 * @returns undefined for what our contracts do not use: other syntaxes than proto3, messages that contain themselves, the
 * well-known types with a form of their own, floats, fixed and unsigned 64-bit integers, maps by anything but text
 */
export function codecOf(desc: DescMessage): Codec | undefined {
  if (!codecs.has(desc)) codecs.set(desc, isServed(desc, []) ? compile(desc) : undefined);
  return codecs.get(desc);
}

function isServed(desc: DescMessage, around: readonly DescMessage[]): boolean {
  if (desc.file.edition !== Edition.EDITION_PROTO3 || ownForm.test(desc.typeName) || around.includes(desc))
    return false;
  return desc.fields.every((field) => {
    if (field.fieldKind === "map" && field.mapKey !== ScalarType.STRING) return false;
    if (field.message !== undefined) return isServed(field.message, [...around, desc]);
    if (field.enum !== undefined) return true;
    return scalars[field.scalar] !== undefined && !("longAsString" in field && field.longAsString);
  });
}

function compile(desc: DescMessage): Codec {
  const source = new CodecSource();
  for (const field of [...desc.fields].sort((a, b) => a.number - b.number)) source.add(field);
  const typeName = JSON.stringify(desc.typeName);
  const literal = (value: (member: DescMessage["members"][number]) => string) =>
    `{ $typeName: ${typeName}, ${desc.members.map((m) => `${JSON.stringify(m.localName)}: ${value(m)},`).join("\n")} }`;
  const empty = literal((member) => CodecSource.zero(member));
  const completed = literal((member) => source.completed(member));
  const variables = [...source.types.map((_, i) => `type${i} = types[${i}]`)];
  for (let i = 0; i < source.texts; i++) variables.push(`last${i} = ""`);
  const body = `"use strict";
    ${variables.length > 0 ? `let ${variables.join(", ")};` : ""}
    return {
      encode(w, m) {
        let v, at;
        ${source.encode.join("\n")}
        v = m.$unknown;
        if (v != null) for (const { no, wireType, data } of v) { w.uint32((no << 3 | wireType) >>> 0); w.raw(data); }
      },
      decode(r, end, into) {
        const m = into ?? ${empty};
        let v, to;
        while (r.at < end) {
          const tag = r.uint32();
          switch (tag) {
            ${source.decode.join("\n")}
            default: (m.$unknown ??= []).push({ no: tag >>> 3, wireType: tag & 7, data: r.skip(tag) });
          }
        }
        r.closed(end);
        return m;
      },
      complete(i) {
        return i.$typeName === ${typeName} ? i : ${completed};
      },
    };`;
  const types = source.types.map((type) => codecOf(type));
  return new Function("types", "noBytes", body)(types, noBytes) as Codec;
}
