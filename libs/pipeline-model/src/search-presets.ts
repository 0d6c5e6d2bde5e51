/** A title that a search may name by its id. */
export interface TitlePreset {
  readonly id: string;
  readonly label: string;
  readonly search_term: string;
}

/** A region that a search may name by its id. */
export interface SearchRegion {
  readonly id: string;
  readonly label: string;
  /** Where one searches; the code is the one of Indeed, null for everywhere. */
  readonly countries: readonly { readonly name: string; readonly indeed_code: string | null }[];
  readonly is_remote: boolean;
}

/** A source that a search may name by its id. */
export interface SearchSource {
  readonly id: string;
  readonly label: string;
  readonly supports_location: boolean;
  readonly supports_remote: boolean;
}

const titled = (id: string, label: string, term = label): TitlePreset => ({ id, label, search_term: term });

/** Titles to choose from. Every other text is its own search term. */
export const searchPresets: readonly TitlePreset[] = [
  titled("senior_swe", "Senior Software Engineer"),
  titled("lead_swe", "Lead Software Engineer"),
  titled("staff_swe", "Staff Software Engineer"),
  titled("principal_swe", "Principal Software Engineer"),
  titled("tech_lead", "Tech Lead"),
  titled("software_architect", "Software Architect"),
  titled("vp_engineering", "VP Engineering"),
  titled("head_engineering", "Head of Engineering"),
  titled("director_swe", "Director of Software Engineering"),
  titled("cto", "CTO", "CTO Chief Technology Officer"),
];

/** Regions to choose from. */
export const searchRegions: readonly SearchRegion[] = [
  {
    id: "gulf",
    label: "Gulf Region",
    countries: [
      { name: "UAE", indeed_code: "AE" },
      { name: "Saudi Arabia", indeed_code: "SA" },
      { name: "Qatar", indeed_code: "QA" },
      { name: "Kuwait", indeed_code: "KW" },
    ],
    is_remote: false,
  },
  {
    id: "worldwide_remote",
    label: "Worldwide Remote",
    countries: [{ name: "Worldwide", indeed_code: null }],
    is_remote: true,
  },
];

/** Sources to choose from. */
export const searchSources: readonly SearchSource[] = [
  { id: "indeed", label: "Indeed", supports_location: true, supports_remote: true },
  { id: "bayt", label: "Bayt", supports_location: false, supports_remote: false },
  { id: "himalayas", label: "Himalayas", supports_location: false, supports_remote: true },
];

/** What is searched for: the term of a preset, or else the words themselves. */
export function searchTermOf(title: string): string {
  return searchPresets.find(({ id }) => id === title)?.search_term ?? title;
}
