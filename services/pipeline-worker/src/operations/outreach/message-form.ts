/** What is written to a contact. */
export type MessageType = "connection" | "inmail";

/** What LinkedIn takes in an invitation. */
export const longestConnection = 300;
/** What an InMail is meant to have. */
export const inmailLength = { least: 400, most: 600 } as const;
/** What LinkedIn takes in an InMail. */
const longestInmail = 1_900;

/** A message as it is sent. */
export interface Message {
  readonly text: string;
  /** Of an InMail. */
  readonly subject: string | null;
}

/** An invitation from a model's words: one paragraph of at most 300 characters with the signature. */
export function connectionMessage(words: string, signature: string): Message {
  const end = signature === "" ? "" : ` ${oneLine(signature)}`;
  return { text: cutAtWord(oneLine(words), longestConnection - end.length) + end, subject: null };
}

/** An InMail from a model's words, with the link to a calendar and the signature. */
export function inmailMessage(subject: string, body: string, calendarUrl: string, signature: string): Message {
  const end = [calendarUrl === "" ? "" : `Find a time: ${calendarUrl}`, signature].filter((part) => part !== "");
  const after = end.map((part) => `\n\n${part}`).join("");
  return {
    text: cutAtWord(body.trim(), longestInmail - after.length) + after,
    subject: cutAtWord(oneLine(subject), 100),
  };
}

/** A text that is not longer than this, ended after a whole word where it is cut. */
export function cutAtWord(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const room = text.slice(0, Math.max(0, longest - 1)).replace(/[\uD800-\uDBFF]$/, "");
  const space = room.lastIndexOf(" ");
  return `${(space > room.length / 2 ? room.slice(0, space) : room).replace(/[\s,;:.\u2013-]+$/, "")}\u2026`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
