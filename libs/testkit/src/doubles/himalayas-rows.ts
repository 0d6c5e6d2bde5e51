/** What a posting of the Himalayas double is made of. */
export interface HimalayasRowInit {
  readonly title: string;
  readonly company: string;
  readonly guid: string;
  /** Milliseconds since 1970. */
  readonly pubDate?: number;
  readonly places?: readonly string[];
  readonly more?: object;
}

/** A posting in the form that the publisher documents today. */
export function himalayasRow({
  title,
  company,
  guid,
  pubDate = Date.now(),
  places = [],
  more,
}: HimalayasRowInit): object {
  return {
    title,
    excerpt: `${company} looks for a ${title}.`,
    companyName: company,
    companyLogo: "https://images.example/logo.png",
    employmentType: "Full Time",
    minSalary: 100_000,
    maxSalary: 150_000,
    currency: "USD",
    seniority: ["Senior"],
    locationRestrictions: places.map((name) => ({
      name,
      alpha2: name.slice(0, 2).toUpperCase(),
      slug: name.toLowerCase(),
    })),
    timezoneRestrictions: [],
    categories: ["Engineering"],
    parentCategories: ["Software"],
    description: `<h2>About the role</h2><p>${company} needs a <b>${title}</b>.</p><ul><li>Lead people</li><li>Build systems</li></ul>`,
    pubDate,
    expiryDate: pubDate + 30 * 86_400_000,
    applicationLink: `https://himalayas.example/companies/${guid}`,
    guid,
    ...more,
  };
}

/** The same in the form of older clients: an id, texts for dates and places. */
export function oldHimalayasRow({
  title,
  company,
  guid,
  pubDate = Date.now(),
  places = [],
  more,
}: HimalayasRowInit): object {
  return {
    ...{ id: guid, title, companyName: company, description: `<p>${company} needs a ${title}.</p>` },
    ...{ locationRestrictions: places, minSalary: null, maxSalary: null, salaryCurrency: "EUR" },
    ...{ pubDate: new Date(pubDate).toISOString(), url: `https://himalayas.example/jobs/${guid}` },
    ...more,
  };
}
