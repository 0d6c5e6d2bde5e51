import { collections } from "@switchyard/pipeline-model";
import { memoryDocuments, type MemoryDocuments } from "./memory-documents.js";
import { postingId } from "./run-operation.js";
import type { Answer } from "./scripted-llm.js";

/** A job description of our own with four sections. */
export const jobDescription = `We build schedulers for wind farms.

Responsibilities:
- Lead a team of six engineers who run Kubernetes clusters
- Shape the architecture of our planning service
- Own delivery from idea to operation

Requirements:
- Eight years with distributed systems
- Python and PostgreSQL in production

Nice to Have
- Experience with Terraform modules

Benefits
- Six weeks of holidays & a <b>garden</b>
`;

/** An extraction that fits the schema. */
export const extractedJd = {
  title: "Engineering Lead",
  company: "Windplan",
  location: "Bremen",
  remote_policy: "hybrid",
  role_category: "tech_lead",
  seniority_level: "staff",
  competency_weights: { delivery: 30, process: 20, architecture: 30, leadership: 20 },
  responsibilities: ["Lead a team", "Shape the architecture", "Own delivery"],
  qualifications: ["Eight years with distributed systems", "Python and PostgreSQL"],
  nice_to_haves: ["Terraform"],
  technical_skills: ["Python", "PostgreSQL", "Kubernetes"],
  soft_skills: ["Leadership"],
  implied_pain_points: ["Slow planning"],
  success_metrics: ["Plans in minutes"],
  top_keywords: [
    "python",
    "postgresql",
    "kubernetes",
    "terraform",
    "leadership",
    "delivery",
    "architecture",
    "planning",
    "wind",
    "operation",
  ],
  industry_background: "Energy",
  years_experience_required: 8,
  education_requirements: null,
  ideal_candidate_profile: null,
};

/** What a model says about the posting of `seededDocuments`, by step. */
export const answers: Readonly<Record<string, Answer>> = {
  jd_structure_parsing: {
    sections: [
      {
        section_type: "responsibilities",
        header: "Responsibilities",
        items: ["Lead a team of six engineers who run Kubernetes clusters"],
      },
      { section_type: "qualifications", header: "Requirements", items: ["Python and PostgreSQL in production"] },
    ],
  },
  jd_extraction: extractedJd,
  pain_points: {
    pain_points: ["Planning takes hours"],
    strategic_needs: ["A service that scales"],
    risks_if_unfilled: ["Farms stand still"],
    success_metrics: ["Plans in minutes"],
  },
  fit_scoring: "SCORE: 82\nRATIONALE: Led such a team. Terraform is missing.",
  company_research: {
    summary: "Windplan plans wind farms.",
    signals: [
      { type: "funding", description: "Raised a round", date: "2026-01", source: "https://news.example.org/1" },
    ],
    url: "https://windplan.example.org",
    company_type: "employer",
  },
  role_research: { summary: "Leads planning.", business_impact: ["Speed", "Trust", "Growth"], why_now: "New money." },
  people_research: {
    primary_contacts: [
      {
        name: "Ada Mill",
        role: "VP Engineering",
        linkedin_url: "https://www.linkedin.com/in/ada",
        contact_type: "vp_director",
      },
    ],
    secondary_contacts: [
      { name: "Team lead at Windplan", role: "Team Lead", linkedin_url: "javascript:alert(1)", is_synthetic: true },
    ],
  },
  cv_role_bullets: { bullets: ["Led six engineers who ran 40 clusters", "Cut planning from hours to minutes"] },
  cv_header: {
    headline: "Engineering lead for planning systems",
    summary: "Leads teams that plan. Knows wind.",
    competencies: ["Leadership", "Python", "PostgreSQL"],
  },
  cv_grading: {
    composite_score: 70,
    dimensions: { keywords: 80 },
    strengths: ["Clear"],
    issues: ["Name the clusters"],
  },
  cv_improvement: ({ user }) =>
    user.slice(user.indexOf("The CV:\n") + 8).replace("40 clusters", "40 Kubernetes clusters"),
  cover_letter: "Dear team,\n\nplanning should take minutes.",
  outreach_connection: "Hello Ada, I applied for the lead role and have run such a team.",
  outreach_inmail: { subject: "Planning in minutes", body: "Hello Ada,\nI applied for the lead role." },
  persona: '"A leader who plans."',
};

/** A posting, a master CV and a taxonomy, as they are stored. */
export function seededDocuments(posting: object = {}): MemoryDocuments {
  return memoryDocuments({
    [collections.level2.name]: {
      [postingId]: {
        ...{ title: "Engineering Lead", company: "Windplan", description: jobDescription, location: "Bremen" },
        ...posting,
      },
    },
    [collections.masterCvMetadata.name]: { canonical: masterCvMetadata },
    [collections.masterCvTaxonomy.name]: { canonical: taxonomy },
    [collections.masterCvRoles.name]: {
      acme: { role_id: "acme", markdown_content: "Led six engineers. 40 clusters. Planning from hours to minutes." },
    },
  });
}

/** The candidate, as the master CV has it. */
export const masterCvMetadata = {
  candidate: {
    ...{ name: "Kim Example", title_base: "Engineering lead", summary: "Leads teams.", years_experience: 12 },
    contact: { email: "kim@example.org", location: "Bremen" },
    ...{ languages: ["German", "English"], education: { masters: "MSc Informatics" }, certifications: [] },
  },
  roles: [
    {
      ...{ id: "acme", company: "Acme", title: "Team Lead", period: "2018-2025", location: "Kiel" },
      ...{ keywords: ["planning"], hard_skills: ["Python", "Kubernetes"], soft_skills: ["Leadership"] },
    },
  ],
};

/** Words by which texts are recognized. */
export const taxonomy = {
  target_roles: { tech_lead: { sections: [{ name: "Systems", skills: [], jd_signals: ["distributed systems"] }] } },
  skill_aliases: { PostgreSQL: ["postgresql"] },
};
