import type { OperationContext, OperationHandler } from "../../operation.js";
import { type JsonObject, numberOf, objectOf, textOf } from "../json/values.js";
import { LayerBook, wordsOf } from "../layers/layer-book.js";
import { loadPosting } from "../posting/load-posting.js";
import { companyOf, type Posting, titleOf } from "../posting/posting.js";
import { researchFacts, type ResearchFacts } from "../research-company/research.js";
import { researchMembers } from "../research-company/research-members.js";
import { dossierText } from "./dossier.js";
import { company, intake, opportunity, output, painPoints, people, type PipelineRun, role } from "./layers.js";
import { checkProcessingTier } from "./processing-tier.js";
import { publishFiles } from "./publish.js";
import { beginRun, completedMembers, endRun, failedMembers } from "./run-record.js";

/**
 * Takes a posting through all layers. The intake, the CV and the publishing have to come off; what another layer cannot find is
 * missing in what comes after. What is found is stored at the end, if the posting is still this run's.
 */
export const pipeline: OperationHandler = async (context) => {
  const { job_id: jobId = "", tier = "auto", profile_ref: profileRef } = context.input;
  context.line(`Run created for job ${jobId}`);
  context.line(`Starting pipeline for job ${jobId}`);
  context.line(`Processing tier: ${tier}`);
  if (typeof profileRef === "string")
    context.line(`profile_ref ${profileRef} is not read: the master CV says who applies`);
  const posting = await loadPosting(context, { level1: true });
  await beginRun(context, posting);
  try {
    checkProcessingTier(context.input.tier);
    const { found, artifacts, layers } = await work(context, posting);
    context.line("\u2705 Pipeline completed");
    const { fit_score, fit_category } = found;
    return {
      data: {
        artifacts,
        fit_score: fit_score ?? null,
        fit_category: fit_category ?? null,
        layer_status: layers.states,
      },
    };
  } catch (error) {
    // A stopped run leaves the posting as it is.
    if (!context.signal.aborted) await endRun(context, posting, failedMembers(wordsOf(error)));
    throw error;
  }
};

async function work(context: OperationContext, posting: Posting) {
  const layers = new LayerBook(context);
  const run: PipelineRun = { context, layers, llm: context.requireLlm() };
  let found: JsonObject = {};
  const now = (): Posting => ({ ...posting, body: { ...posting.body, ...found } });
  const keep = (members: JsonObject | undefined) => {
    found = { ...found, ...members };
  };
  const describe = `Reading ${titleOf(posting)} at ${companyOf(posting)}`;
  keep(
    await layers.run(
      "intake",
      describe,
      () => intake(run, now()),
      () => "Read",
    ),
  );
  keep(
    await layers.attempt(
      "pain_points",
      "Finding out why they hire",
      () => painPoints(run, now()),
      () => "Found",
    ),
  );
  const facts = factsOf(context, now());
  keep(await researchLayers(run, facts));
  keep(await layers.attempt("opportunity_mapping", "Judging the fit", () => opportunity(run, now()), fitWords));
  keep(await peopleLayer(run, now(), facts));
  keep(
    await layers.run(
      "output_generation",
      "Writing the CV",
      () => output(run, now()),
      () => "CV written",
    ),
  );
  const artifacts = await layers.run(
    "output_publishing",
    "Publishing",
    async () => {
      const dossier = dossierText(now().body);
      const files = await publishFiles(context, now(), dossier);
      const told = { ...found, ...structureAlone(found), dossier, has_research: "company_research" in now().body };
      const members = { ...told, ...completedMembers(files) };
      if (!(await endRun(context, posting, members)))
        context.line("Another run has taken the job over: nothing is stored");
      return files;
    },
    (files) => Object.values(files).join(", "),
  );
  return { found, artifacts, layers };
}

async function researchLayers(run: PipelineRun, facts: ResearchFacts | undefined): Promise<JsonObject | undefined> {
  const { layers } = run;
  if (facts === undefined) {
    for (const key of ["company_research", "role_research"]) layers.say(key, "skipped", "Job has no company name");
    return undefined;
  }
  const told = await layers.attempt(
    "company_research",
    `Researching ${facts.company}`,
    () => company(run, facts),
    ({ research }) => `${research.company_type}, ${research.signals.length} signals`,
  );
  if (told === undefined) {
    layers.say("role_research", "skipped", "Nothing is known about the company");
    return undefined;
  }
  const found = await layers.attempt(
    "role_research",
    "Researching the role",
    () => role(run, facts, told.research),
    (research) => (research === undefined ? "A recruitment agency" : `${research.business_impact.length} impacts`),
  );
  return researchMembers({ ...told, role: found, people: undefined });
}

async function peopleLayer(run: PipelineRun, posting: Posting, facts: ResearchFacts | undefined) {
  if (facts !== undefined) {
    return run.layers.attempt(
      "people_mapping",
      "Finding out whom to write to",
      () => people(run, posting, facts),
      () => "Found",
    );
  }
  run.layers.say("people_mapping", "skipped", "Job has no company name");
  return undefined;
}

function factsOf(context: OperationContext, posting: Posting): ResearchFacts | undefined {
  try {
    return researchFacts(posting);
  } catch (error) {
    context.line(`[WARNING] ${wordsOf(error)}`);
    return undefined;
  }
}

/** Annotations are a person's work, who may have gone on with it while the run was at it: they are left out of what is merged. */
function structureAlone(found: JsonObject): JsonObject {
  const { annotations: _, ...structure } = objectOf(found["jd_annotations"]);
  return { jd_annotations: structure };
}

function fitWords({ fit_score: score, fit_category: category }: JsonObject): string {
  return `${numberOf(score) ?? 0} of 100, ${textOf(category)}`;
}
