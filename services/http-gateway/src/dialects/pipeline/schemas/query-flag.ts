/** What FastAPI takes for true and for false in a query, in any letter case. */
const trueWords = ["true", "1", "yes", "on", "t", "y"];
const falseWords = ["false", "0", "no", "off", "f", "n"];

/** A parameter of a query that is either true or false. */
export const queryFlag = {
  type: "string",
  pattern: `^(${[...trueWords, ...falseWords].map(anyCase).join("|")})$`,
  description: "`true` or `false`.",
};

/** Reads such a parameter; a boolean stays what it is, what is absent is false. */
export function booleanOf(value: unknown): boolean {
  return value === true || (typeof value === "string" && trueWords.includes(value.toLowerCase()));
}

function anyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}
