/** Countries by the names that callers use: the code of the country, and the host of the board where it is another one. */
const named: Readonly<Record<string, readonly [code: string, host?: string]>> = {
  usa: ["us", "www"],
  us: ["us", "www"],
  "united states": ["us", "www"],
  uk: ["gb", "uk"],
  gb: ["gb", "uk"],
  "united kingdom": ["gb", "uk"],
  uae: ["ae"],
  "united arab emirates": ["ae"],
  "saudi arabia": ["sa"],
  qatar: ["qa"],
  kuwait: ["kw"],
  bahrain: ["bh"],
  oman: ["om"],
  germany: ["de"],
  france: ["fr"],
  spain: ["es"],
  italy: ["it"],
  netherlands: ["nl"],
  switzerland: ["ch"],
  austria: ["at"],
  ireland: ["ie"],
  poland: ["pl"],
  portugal: ["pt"],
  sweden: ["se"],
  canada: ["ca"],
  australia: ["au"],
  india: ["in"],
  pakistan: ["pk"],
  singapore: ["sg"],
  egypt: ["eg"],
  turkey: ["tr"],
};

/** A country on Indeed. */
export interface IndeedCountry {
  /** Two letters, upper case. */
  readonly code: string;
  /** First label of its host. */
  readonly host: string;
}

/** The country that a name or a code of two letters means; the United States for everything else. */
export function indeedCountry(name: string): IndeedCountry {
  const word = name.trim().toLowerCase();
  const [code, host = code] = named[word] ?? (/^[a-z]{2}$/.test(word) ? [word] : ["us", "www"]);
  return { code: code.toUpperCase(), host };
}
