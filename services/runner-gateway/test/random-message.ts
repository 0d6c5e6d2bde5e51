import type { DescField, DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";

/** What messages are made of. */
export interface MessageRandom {
  readonly random: () => number;
  /** Words that mean something to the one who is called, by the name of their field (`job_id`): ids of things that are there, and such. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** How often a field is odd, from 0 to 1: few get behind the checks of a message in which much is. */
  readonly oddness: number;
}

const plainWords = ["a", "walk", "1", "stdout"];
const oddWords = ["", " ", "a\u0000b", "ä€😀", "../..", "x".repeat(300), "%", "-", "0"];
const smallNumbers = [0, 1, 2, 3];
const oddNumbers = [0, 1, 2, 7, 255, 1_000, 65_536, 2 ** 31 - 1];
const oddLongs = [0n, 1n, -1n, 20n, 1_000n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)];

/**
 * Makes a random message: fields are left out, set to known or odd values, lists and messages nested to a small depth. It always fits its type, so that it gets through the wire and
 * to the code behind it.
 */
export function randomMessage<S extends DescMessage>(schema: S, known: MessageRandom, depth = 0): MessageInitShape<S> {
  const { random } = known;
  const message: Record<string, unknown> = {};
  for (const member of schema.members) {
    // Deep ones are small, so that a message ends somewhere.
    const isKnown = member.kind === "oneof" || member.name in known.words;
    if (random() < (isKnown ? known.oddness : 0.25 + depth * 0.15)) continue;
    if (member.kind === "oneof") {
      const field = pick(member.fields, random);
      message[member.localName] = { case: field.localName, value: randomValue(field, known, depth) };
    } else message[member.localName] = fieldOf(member, known, depth);
  }
  return message as MessageInitShape<S>;
}

function fieldOf(field: DescField, known: MessageRandom, depth: number): unknown {
  const { random } = known;
  const count = Math.floor(random() * 3);
  if (field.fieldKind === "list") return Array.from({ length: count }, () => randomValue(field, known, depth));
  if (field.fieldKind !== "map") return randomValue(field, known, depth);
  return Object.fromEntries(Array.from({ length: count }, () => [wordOf(known, ""), randomValue(field, known, depth)]));
}

function randomValue(field: DescField, known: MessageRandom, depth: number): unknown {
  const { random } = known;
  if (field.message !== undefined) return randomMessage(field.message, known, depth + 1);
  if (field.enum !== undefined) return random() < known.oddness ? 99 : pick(field.enum.values, random).number;
  switch (field.scalar) {
    case ScalarType.STRING:
      return wordOf(known, field.name);
    case ScalarType.BYTES:
      return Uint8Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256));
    case ScalarType.BOOL:
      return random() < 0.5;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return pick([0, -1, 0.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY], random);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return random() < known.oddness ? pick(oddLongs, random) : BigInt(pick(smallNumbers, random));
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return random() < known.oddness ? pick(oddLongs, random) & (2n ** 63n - 1n) : BigInt(pick(smallNumbers, random));
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return random() < known.oddness ? -1 : pick(smallNumbers, random);
    default:
      return pick(random() < known.oddness ? oddNumbers : smallNumbers, random);
  }
}

function wordOf({ words, random, oddness }: MessageRandom, name: string): string {
  return pick(random() < oddness ? oddWords : (words[name] ?? plainWords), random);
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T;
}
