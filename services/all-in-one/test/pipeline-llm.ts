import { createLlmStub, type LlmQuestion, type LlmReply, type LlmStub } from "@switchyard/testkit";
import { answers } from "../../pipeline-worker/test/operations/examples.js";

/** How the prompts of the steps begin. */
const steps: readonly (readonly [string, string])[] = [
  ["You judge how well a job posting", "quick_score"],
  ["You divide job descriptions", "jd_structure_parsing"],
  ["You read job descriptions", "jd_extraction"],
  ["You find out why a company", "pain_points"],
  ["You judge how well", "fit_scoring"],
  ["You research companies", "company_research"],
  ["You explain to an applicant", "role_research"],
  ["You find out whom", "people_research"],
  ["You write the lines", "cv_role_bullets"],
  ["You write the top", "cv_header"],
  ["You grade a CV", "cv_grading"],
  ["You improve a CV", "cv_improvement"],
  ["You write a cover letter", "cover_letter"],
  ["You write a LinkedIn invitation", "outreach_connection"],
  ["You write a LinkedIn InMail", "outreach_inmail"],
  ["You put into one sentence", "persona"],
  ["You read the text of a web page that holds an application form", "form_extraction"],
  ["You write an applicant's answer", "form_answer"],
];

/** What the model says about postings and forms that the examples do not know. */
const more: Readonly<Record<string, LlmReply>> = {
  form_extraction: {
    json: {
      ...{ form_type: "own", form_title: "Apply at Windplan" },
      fields: [
        { label: "Resume", field_type: "file", required: true },
        { label: "Why wind?", field_type: "textarea", required: true, limit: 200 },
      ],
    },
  },
  form_answer: "Since planning should take minutes.",
};

/** A model that knows an answer to every step of the pipeline. */
export interface ScriptedLlm extends LlmStub {
  /** The questions of a step so far. */
  questionsOf(step: string): readonly LlmQuestion[];
  /** Makes the answers of a step wait; returns what lets them out. */
  hold(step: string): () => void;
}

/** Starts the model. Postings of `Dull Corp` are judged with 20, all others with 88. */
export async function createScriptedLlm(): Promise<ScriptedLlm> {
  const held = new Map<string, Promise<void>>();
  const stub = await createLlmStub({
    async reply(question) {
      const step = stepOf(question);
      await held.get(step);
      return replyTo(step, question);
    },
  });
  return {
    ...{ url: stub.url, questions: stub.questions, close: () => stub.close() },
    get hanging() {
      return stub.hanging;
    },
    questionsOf: (step) => stub.questions.filter((question) => stepOf(question) === step),
    hold(step) {
      let open = () => {};
      held.set(step, new Promise((resolve) => (open = resolve)));
      return () => open();
    },
  };
}

function stepOf({ system }: LlmQuestion): string {
  return steps.find(([begin]) => system.startsWith(begin))?.[1] ?? "none";
}

function replyTo(step: string, { user }: LlmQuestion): LlmReply | undefined {
  if (step === "quick_score")
    return user.includes("Dull Corp") ? "SCORE: 20\nRATIONALE: Dull." : "SCORE: 88\nRATIONALE: A close match.";
  const answer = answers[step];
  if (answer === undefined || answer instanceof Error) return more[step];
  const said = typeof answer === "function" ? answer({ user }) : answer;
  return typeof said === "string" ? said : { json: said };
}
