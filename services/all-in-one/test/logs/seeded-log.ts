import { seededRandom, seedFor } from "@switchyard/testkit";

/** How a producer hands in what it writes. */
export type LogForm = "text" | "entries" | "raw";

/** What one producer writes, entry by entry: made anew whenever somebody asks, so that nothing has to be kept to compare with. */
export interface SeededLog {
  readonly form: LogForm;
  /** Entries in all. */
  readonly count: number;
  /** The text of an entry; of a raw one what its bytes say in UTF-8. */
  readonly line: (number: number) => string;
}

/** Longest entry in UTF-16 units, its number not counted. */
const longest: Readonly<Record<LogForm, number>> = { text: 600, entries: 600, raw: 16_000 };
const alphabet = Array.from("abcdefghijklmnopqrstuvwxyz 0123456789 .:/=-äß€日");

/** Makes the log of one producer: about so many bytes. Equal seeds and names make equal logs. */
export function createSeededLog(seed: number, name: string, form: LogForm, bytes: number): SeededLog {
  const ownSeed = seedFor(seed, name);
  const random = seededRandom(ownSeed);
  const most = longest[form];
  // Lines are cut from one text: drawing every character would take longer than writing it to the store does.
  const filling = Array.from({ length: most * 4 }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
  const bytesPerEntry = (Buffer.byteLength(filling) / filling.length) * (most / 2);
  return {
    form,
    count: Math.max(1, Math.round(bytes / bytesPerEntry)),
    line(number) {
      const lots = seededRandom(ownSeed + number);
      const at = Math.floor(lots() * (filling.length - most));
      return `${number} ${filling.slice(at, at + Math.floor(lots() * most))}`;
    },
  };
}
