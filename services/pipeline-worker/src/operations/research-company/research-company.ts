import type { OperationHandler } from "../../operation.js";
import { naiveTime } from "../json/times.js";
import { LayerBook } from "../layers/layer-book.js";
import { changePosting } from "../posting/change-posting.js";
import { loadPosting } from "../posting/load-posting.js";
import { titleOf } from "../posting/posting.js";
import { checkCache, researchCompany, researchFacts, researchPeople, researchRole } from "./research.js";
import { researchMembers } from "./research-members.js";

/**
 * Researches the company, the role and the people. Of a company that was researched within seven days the role is passed over, of a
 * recruitment agency too; contacts are always sought anew.
 */
export const researchCompanyOperation: OperationHandler = async (context) => {
  const layers = new LayerBook(context);
  const facts = await layers.run(
    "fetch_job",
    "Loading the job",
    async () => researchFacts(await loadPosting(context)),
    ({ posting, company }) => `Found job: ${titleOf(posting)} at ${company}`,
  );
  const llm = context.requireLlm();
  const cached = await checkCache(context, layers, facts.company);
  const { research, scraped } = await layers.run(
    "company_research",
    cached === undefined ? "Researching the company" : "Taking the earlier research",
    async () =>
      cached === undefined ? researchCompany(context, llm, facts) : { research: cached, scraped: undefined },
    ({ research: { company_type, signals } }) => `${company_type}, ${signals.length} signals`,
  );
  const skipsRole = cached !== undefined || research.company_type === "recruitment_agency";
  if (skipsRole)
    layers.say("role_research", "skipped", cached === undefined ? "A recruitment agency" : "Company from cache");
  const role = skipsRole
    ? undefined
    : await layers.attempt(
        "role_research",
        "Researching the role",
        () => researchRole(context, llm, facts, research),
        ({ business_impact }) => `${business_impact.length} impacts`,
      );
  const people = await layers.attempt(
    "people_research",
    "Finding out whom to write to",
    () => researchPeople(context, llm, facts),
    ({ primary, secondary }) => `${primary.length} primary, ${secondary.length} secondary contacts`,
  );
  const stored = await layers.run(
    "save_results",
    "Saving",
    () =>
      changePosting(context, facts.posting.id, () => ({
        ...researchMembers({ research, scraped, role, people }),
        updatedAt: naiveTime(),
      })),
    () => "Research saved",
  );
  return {
    data: {
      company_research: research,
      role_research: role ?? stored["role_research"] ?? null,
      primary_contacts: people?.primary ?? [],
      secondary_contacts: people?.secondary ?? [],
      from_cache: cached !== undefined,
      company: facts.company,
      layer_status: layers.states,
      signals_count: research.signals.length,
      company_type: research.company_type,
      business_impact_count: role?.business_impact.length ?? 0,
      primary_contacts_count: people?.primary.length ?? 0,
      secondary_contacts_count: people?.secondary.length ?? 0,
    },
  };
};
