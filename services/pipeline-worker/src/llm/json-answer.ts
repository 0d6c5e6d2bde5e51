/**
 * The JSON value in a model's answer: models like to put it into a fence, or words around it.
 *
 * @throws SyntaxError when there is none
 */
export function jsonOfAnswer(answer: string): unknown {
  const fenced = /```(?:json)?\s*\n?([\s\S]*?)```/i.exec(answer)?.[1];
  for (const text of [answer, fenced, between(answer, "{", "}"), between(answer, "[", "]")]) {
    const value = parsed(text);
    if (value !== undefined) return value.value;
  }
  throw new SyntaxError("the answer holds no JSON");
}

function between(text: string, open: string, close: string): string | undefined {
  const [start, end] = [text.indexOf(open), text.lastIndexOf(close)];
  return start < 0 || end < start ? undefined : text.slice(start, end + 1);
}

function parsed(text: string | undefined): { readonly value: unknown } | undefined {
  if (text === undefined) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
