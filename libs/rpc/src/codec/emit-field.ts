import { type DescField, type DescMessage, type DescOneof, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence as Presence } from "@bufbuild/protobuf/wkt";
import { comparedCharacters } from "./byte-reader.js";

/** How the values of a scalar type are written and read: method of writer and reader, wire type, zero in JavaScript. */
interface Scalar {
  readonly method: string;
  readonly wire: 0 | 1 | 2;
  readonly zero: string;
}

const enumNumber: Scalar = { method: "int32", wire: 0, zero: "0" };

/** The scalar types that our contracts use. */
export const scalars: Partial<Record<ScalarType, Scalar>> = {
  [ScalarType.STRING]: { method: "string", wire: 2, zero: '""' },
  [ScalarType.BYTES]: { method: "bytes", wire: 2, zero: "noBytes" },
  [ScalarType.BOOL]: { method: "bool", wire: 0, zero: "false" },
  [ScalarType.INT32]: enumNumber,
  [ScalarType.UINT32]: { method: "uint32", wire: 0, zero: "0" },
  [ScalarType.SINT32]: { method: "sint32", wire: 0, zero: "0" },
  [ScalarType.INT64]: { method: "int64", wire: 0, zero: "0n" },
  [ScalarType.DOUBLE]: { method: "double", wire: 1, zero: "0" },
};

/** Gathers the source of one codec; `m` is the message, `w` and `r` are writer and reader in what is emitted. */
export class CodecSource {
  /** Types of the messages inside, as `type0`, `type1`... in the source. */
  readonly types: DescMessage[] = [];
  readonly encode: string[] = [];
  readonly decode: string[] = [];
  /** Text fields that remember their last value, as `last0`, `last1`... */
  texts = 0;

  /** Emits how a field is written and read. */
  add(field: DescField): void {
    if (field.fieldKind === "map") this.#addMap(field);
    else if (field.fieldKind === "list") this.#addList(field);
    else this.#addSingle(field);
  }

  /** The value of a member that is not set. */
  static zero(member: DescField | DescOneof): string {
    if (member.kind === "oneof") return "{ case: undefined }";
    if (member.fieldKind === "list") return "[]";
    if (member.fieldKind === "map") return "{}";
    return member.presence === Presence.IMPLICIT ? scalarOf(member).zero : "undefined";
  }

  /** The value of a member of a message that is made from `i`. */
  completed(member: DescField | DescOneof): string {
    const given = `i${access(member)}`;
    if (member.kind === "oneof") return this.#completedOneof(member, given);
    if (member.message === undefined) return `${given} ?? ${CodecSource.zero(member)}`;
    const type = this.#type(member.message);
    const complete = `(v) => ${type}.complete(v)`;
    if (member.fieldKind === "message") return `${given} == null ? undefined : ${type}.complete(${given})`;
    if (member.fieldKind === "list") return `${given}?.map(${complete}) ?? []`;
    return `Object.fromEntries(Object.entries(${given} ?? {}).map(([k, v]) => [k, ${type}.complete(v)]))`;
  }

  #completedOneof(oneof: DescOneof, given: string): string {
    const messages = oneof.fields.filter((field) => field.message !== undefined);
    const cases = messages.map(
      (field) =>
        `${given}.case === ${JSON.stringify(field.localName)} ?
          { case: ${JSON.stringify(field.localName)}, value: ${this.#type(field.message as DescMessage)}.complete(${given}.value) } : `,
    );
    return `${given}?.case === undefined || ${given}.value == null ? { case: undefined } :
      ${cases.join("")}{ case: ${given}.case, value: ${given}.value }`;
  }

  #addSingle(field: DescField & { readonly fieldKind: "scalar" | "enum" | "message" }): void {
    const own = `m${access(field)}`;
    const name = JSON.stringify(field.localName);
    const group = field.oneof === undefined ? undefined : `m${access(field.oneof)}`;
    const load = group === undefined ? `v = ${own};` : `v = ${group}; v = v?.case === ${name} ? v.value : undefined;`;
    const store = (value: string) =>
      group === undefined ? `${own} = ${value};` : `${group} = { case: ${name}, value: ${value} };`;
    if (field.fieldKind === "message") {
      const type = this.#type(field.message);
      const before = group === undefined ? own : `(${group}.case === ${name} ? ${group}.value : undefined)`;
      this.encode.push(`${load} if (v != null) { ${nested(field, `${type}.encode(w, v);`)} }`);
      this.decode.push(`case ${tagOf(field, 2)}: to = r.end(); ${store(`${type}.decode(r, to, ${before})`)} break;`);
      return;
    }
    const { method, wire } = scalarOf(field);
    // Without presence of its own, zero is not written; NaN and -0 are no zeros.
    const isSet =
      field.presence !== Presence.IMPLICIT
        ? "v != null"
        : method === "bytes"
          ? "v != null && v.length !== 0"
          : method === "double"
            ? "v || v !== v || Object.is(v, -0)"
            : "v || v !== v";
    this.encode.push(`${load} if (${isSet}) { ${writeTag(field, wire)} w.${method}(v); }`);
    this.decode.push(`case ${tagOf(field, wire)}: ${this.#read(field)} ${store("v")} break;`);
  }

  #addList(field: DescField & { readonly fieldKind: "list" }): void {
    const own = `m${access(field)}`;
    const each = (body: string) => `for (let i = 0; i < v.length; i++) { ${body} }`;
    if (field.listKind === "message") {
      const type = this.#type(field.message);
      this.encode.push(`v = ${own}; if (v != null) ${each(nested(field, `${type}.encode(w, v[i]);`))}`);
      this.decode.push(`case ${tagOf(field, 2)}: to = r.end(); ${own}.push(${type}.decode(r, to)); break;`);
      return;
    }
    const { method, wire } = scalarOf(field);
    const write = `w.${method}(v[i]);`;
    const all = field.packed ? nested(field, each(write)) : each(`${writeTag(field, wire)} ${write}`);
    this.encode.push(`v = ${own}; if (v != null && v.length > 0) { ${all} }`);
    this.decode.push(`case ${tagOf(field, wire)}: ${this.#read(field)} ${own}.push(v); break;`);
    if (wire === 2) return;
    // Numbers may come packed or one by one, whatever the contract says.
    this.decode.push(
      `case ${tagOf(field, 2)}: to = r.end(); while (r.at < to) ${own}.push(r.${method}()); r.closed(to); break;`,
    );
  }

  #addMap(field: DescField & { readonly fieldKind: "map" }): void {
    const own = `m${access(field)}`;
    const isMessage = field.mapKind === "message";
    const type = isMessage ? this.#type(field.message) : "";
    const { method, wire, zero } = isMessage ? { method: "", wire: 2, zero: "undefined" } : scalarOf(field);
    const value = isMessage
      ? `w.uint32(18); const at2 = w.open(); ${type}.encode(w, v[k]); w.close(at2);`
      : `w.uint32(${16 | wire}); w.${method}(v[k]);`;
    const entry = nested(field, `w.uint32(10); w.string(k); ${value}`);
    this.encode.push(`v = ${own}; if (v != null) for (const k of Object.keys(v)) { ${entry} }`);
    const read = isMessage
      ? `x = ${type}.decode(r, r.end(), x)`
      : `x = r.${method}(${method === "string" ? '""' : ""})`;
    this.decode.push(`case ${tagOf(field, 2)}: { to = r.end(); let k = "", x = ${zero};
      while (r.at < to) { const t = r.uint32(); if (t === 10) k = r.string(""); else if (t === ${16 | wire}) ${read}; else r.skip(t); }
      r.closed(to); ${own}[k] = x${isMessage ? ` ?? ${type}.complete({})` : ""}; break; }`);
  }

  /** Reads into `v`. Short texts are remembered: the same field of the next message often has the same one. */
  #read(field: DescField): string {
    const { method } = scalarOf(field);
    if (method !== "string") return `v = r.${method}();`;
    const last = `last${this.texts++}`;
    return `v = r.string(${last}); if (v.length <= ${comparedCharacters}) ${last} = v;`;
  }

  #type(desc: DescMessage): string {
    const known = this.types.indexOf(desc);
    return `type${known >= 0 ? known : this.types.push(desc) - 1}`;
  }
}

function access({ localName }: { readonly localName: string }): string {
  return `[${JSON.stringify(localName)}]`;
}

function scalarOf(field: DescField): Scalar {
  return (field.scalar === undefined ? undefined : scalars[field.scalar]) ?? enumNumber;
}

function tagOf({ number }: DescField, wire: number): number {
  return ((number << 3) | wire) >>> 0;
}

function writeTag(field: DescField, wire: number): string {
  return `w.uint32(${tagOf(field, wire)});`;
}

function nested(field: DescField, content: string): string {
  return `${writeTag(field, 2)} at = w.open(); ${content} w.close(at);`;
}
