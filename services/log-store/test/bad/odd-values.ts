import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";

/** What a message is made from. */
export type Init<Schema extends DescMessage> = Omit<MessageInitShape<Schema>, "$typeName">;

/** 256 bytes in as many characters. */
export const long = "x".repeat(256);
/** 256 bytes in 128 characters. */
export const wide = "ä".repeat(128);

/** What no name may be, beside empty. */
export const badNames: readonly (readonly [string, string])[] = [
  ["a line feed", "a\nb"],
  ["NUL", "a\u0000"],
  ["DEL", "\u007f"],
  ["a control character of Latin-1", "a\u0085b"],
  ["half a surrogate pair", "a\ud83d"],
  ["256 bytes", long],
  ["256 bytes in 128 characters", wide],
];

/** The first attempt number that is too large. */
export const tooLargeAttempt = 2 ** 31;
/** The first sequence number that is too large. */
export const tooFar = 2n ** 52n + 1n;
/** The first second after the last year of a timestamp. */
export const year10000 = { seconds: 253_402_300_800n, nanos: 0 };

/** A text's bytes. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));
