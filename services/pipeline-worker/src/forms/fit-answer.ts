/** Cuts an answer to its field: at the last word that fits, and not at all without a limit. */
export function cutAnswer(answer: string, limit: number | null): string {
  if (limit === null || answer.length <= limit) return answer;
  const cut = answer.slice(0, limit);
  const lastBlank = cut.search(/\s\S*$/);
  const endsWithWord = /[^\p{L}\p{N}]/u.test(answer.charAt(limit)) || lastBlank <= 0;
  return (endsWithWord ? cut : cut.slice(0, lastBlank)).trimEnd();
}

/** The option that an answer means: the same words, else one that holds the other; the answer itself where there is none. */
export function nearestOption(answer: string, options: readonly string[]): string {
  const plain = (text: string) =>
    text
      .trim()
      .toLowerCase()
      .replace(/[."']+$/g, "");
  const wanted = plain(answer);
  if (wanted === "") return answer;
  return (
    options.find((option) => plain(option) === wanted) ??
    options.find((option) => plain(option).includes(wanted) || wanted.includes(plain(option))) ??
    answer
  );
}
