import type { JsonObject } from "../json/values.js";
import type { CompanyResearch } from "./company-research.js";
import type { People } from "./people-research.js";
import type { RoleResearch } from "./role-research.js";

/** What a research found; what is undefined was skipped or failed. */
export interface ResearchFindings {
  readonly research: CompanyResearch;
  readonly scraped: string | undefined;
  readonly role: RoleResearch | undefined;
  readonly people: People | undefined;
}

/** Members of a posting that keep a research; what was not found leaves what is there. */
export function researchMembers({ research, scraped, role, people }: ResearchFindings): JsonObject {
  return {
    company_research: research,
    company_summary: research.summary,
    ...(research.url === "" ? {} : { company_url: research.url }),
    ...(role === undefined ? {} : { role_research: role }),
    ...(scraped === undefined ? {} : { scraped_job_posting: scraped }),
    ...(people === undefined ? {} : { primary_contacts: people.primary, secondary_contacts: people.secondary }),
  };
}
