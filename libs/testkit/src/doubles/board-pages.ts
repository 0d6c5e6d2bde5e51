/** Facts of a posting that pages of boards show. */
export interface BoardPosting {
  readonly id: string;
  readonly title: string;
  readonly company: string;
  readonly location: string;
  /** As HTML. */
  readonly description: string;
}

/** A posting as LinkedIn shows it to guests. */
export function linkedinHtml({ title, company, location, description }: BoardPosting): string {
  const criterion = (name: string, value: string) =>
    `<li class="description__job-criteria-item job-criteria__item"><h3 class="description__job-criteria-subheader">${name}</h3>
     <span class="description__job-criteria-text">${value}</span></li>`;
  return `<section class="top-card-layout"><div class="top-card-layout__entity-info">
    <h1 class="top-card-layout__title topcard__title">${title}</h1>
    <h4><span class="topcard__flavor"><a class="topcard__org-name-link" href="https://www.linkedin.com/company/x"> ${company} </a></span>
    <span class="topcard__flavor topcard__flavor--bullet"> ${location} </span></h4></div></section>
    <div class="description"><div class="description__text description__text--rich"><section class="show-more-less-html">
    <div class="show-more-less-html__markup">${description}</div>
    <button class="show-more-less-html__button">Show more</button></section></div>
    <ul class="description__job-criteria-list">${criterion("Seniority level", "Mid-Senior level")}
    ${criterion("Employment type", "Full-time")}${criterion("Job function", "Engineering")}
    ${criterion("Industries", "Software Development")}</ul></div>`;
}

/** A posting's page on Indeed. */
export function indeedHtml({ title, company, location, description }: BoardPosting): string {
  return `<!doctype html><html><head><title>${title} - ${location} - Indeed.com</title></head><body>
    <h1 class="jobsearch-JobInfoHeader-title"><span>${title}</span></h1>
    <div data-testid="inlineHeader-companyName"><a href="/cmp/x">${company}</a></div>
    <div data-testid="inlineHeader-companyLocation"><div>${location}</div></div>
    <div id="salaryInfoAndJobType"><span>$150,000 - $180,000 a year</span><span>- Full-time</span></div>
    <div id="jobDescriptionText">${description}</div></body></html>`;
}

/** What Indeed shows to whom it takes for a robot. */
export const challengeHtml =
  '<!doctype html><html><head><title>Just a moment...</title></head><body><form id="challenge-form"></form></body></html>';

/** A result of Indeed's GraphQL search. */
export function indeedResult({ id, title, company, location, description }: BoardPosting, more: object = {}): object {
  const [city = "", admin1Code = "", countryCode = ""] = location.split(", ");
  return {
    job: {
      ...{ key: id, title, datePublished: Date.now(), dateOnIndeed: Date.now(), description: { html: description } },
      location: { countryCode, admin1Code, city, formatted: { long: location } },
      compensation: { baseSalary: { unitOfWork: "YEAR", range: { min: 150_000, max: 180_000 } }, currencyCode: "USD" },
      attributes: [{ key: "CF3CP", label: "Full-time" }],
      ...{ employer: { name: company }, recruit: { viewJobUrl: `https://www.indeed.example/viewjob?jk=${id}` } },
      ...more,
    },
  };
}

/** A list of cards as Bayt shows it. @param base where the postings' pages are */
export function baytListHtml(postings: readonly BoardPosting[], base: string, activeSeconds: number): string {
  const card = ({ id, title, company, location }: BoardPosting) => `<li data-js-job data-job-id="${id}">
    <h2><a href="${base}/en/job/${id}/"> ${title} </a></h2>
    <div class="job-company-location-wrapper"><b><a>${company}</a></b></div>
    <dl><dt class="jb-label-location"><span>${location}</span></dt></dl>
    <span data-automation-jobactivedate="${activeSeconds}">today</span></li>`;
  return `<!doctype html><html><body><ul id="results">${postings.map(card).join("\n")}</ul></body></html>`;
}

/** A posting's page on Bayt: what it is stands in its data for search engines. */
export function baytDetailHtml({ title, company, location, description }: BoardPosting): string {
  const posting = {
    ...{ "@context": "https://schema.org", "@type": "JobPosting", title, description, datePosted: "2026-01-10" },
    ...{ employmentType: ["FULL_TIME"], hiringOrganization: { "@type": "Organization", name: company } },
    jobLocation: {
      "@type": "Place",
      address: { "@type": "PostalAddress", addressLocality: location, addressCountry: "AE" },
    },
    baseSalary: { currency: "AED", value: { minValue: 30_000, maxValue: 40_000, unitText: "MONTH" } },
  };
  // As sites do it: markup inside the data would end the element.
  const data = JSON.stringify(posting).replaceAll("<", "\\u003c");
  return `<!doctype html><html><head><script type="application/ld+json">${data}</script></head>
    <body><h1>${title}</h1></body></html>`;
}
