import { collections } from "@switchyard/pipeline-model";
import { describe, expect, it } from "vitest";
import { LlmFailure } from "../../src/llm/llm.js";
import { operationHandlers } from "../../src/operations/index.js";
import { answers, seededDocuments } from "./examples.js";
import { memoryDocuments } from "./memory-documents.js";
import { postingId, prepareRun } from "./run-operation.js";
import { scriptedLlm } from "./scripted-llm.js";

const about = { job_id: postingId };
const generateCv = operationHandlers["generate-cv"];

describe("a CV", () => {
  it("is written, graded, improved and stored with a letter", async () => {
    const settings = { candidate: { name: "Kim Example", signature: "Kim", calendarUrl: "", profile: "" } };
    const llm = scriptedLlm(answers);
    const run = prepareRun({ input: { ...about, tier: "quality" }, documents: seededDocuments(), llm, settings });
    const { data } = await run.execute(generateCv);
    const text = String(data["cv_text"]);
    expect(
      text.startsWith("# Kim Example\n\n**Engineering lead for planning systems**\n\nkim@example.org | Bremen\n"),
    ).toBe(true);
    expect(text).toContain(
      "### Team Lead, Acme\n\n*2018-2025 | Kiel*\n\n- Led six engineers who ran 40 Kubernetes clusters\n",
    );
    expect(data).toMatchObject({
      ...{ cv_path: "CV.md", cover_letter: "Dear team,\n\nplanning should take minutes.\n\nKind regards,\nKim" },
      cv_editor_state: { version: 1, content: { type: "doc" }, documentStyles: { pageSize: "letter" } },
      grade_result: { composite_score: 70, improved: true },
    });
    expect(run.documents.body(collections.level2, postingId)).toMatchObject({
      ...{ cv_text: text, generated_cv: true, cover_letter: expect.stringContaining("planning") },
      cv_reasoning: "Graded 70 of 100.\nStrengths: Clear.\nPut right: Name the clusters.",
    });
    expect(run.files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()])).toEqual([["CV.md", text]]);
    expect(llm.calls.every(({ tier, taskType }) => tier === "quality" && taskType === "complex")).toBe(true);
    expect(run.layers.filter((layer) => layer.endsWith("success"))).toEqual(
      [
        "fetch_job",
        "validate",
        "build_state",
        "cv_phase_1",
        "cv_phase_2",
        "cv_phase_3",
        "cv_grader",
        "cv_improver",
        "cv_generator",
      ]
        .concat(["cover_letter", "persist"])
        .map((key) => `${key} success`),
    );
  });

  it("is kept as it was where the improvement is no whole CV, and does without a letter", async () => {
    const llm = scriptedLlm({ ...answers, cv_improvement: "Sure! # Kim", cover_letter: new LlmFailure("away") });
    const run = prepareRun({ input: about, documents: seededDocuments({ cover_letter: "old" }), llm });
    const { data } = await run.execute(generateCv);
    expect(data).toMatchObject({ cover_letter: null, grade_result: { improved: false } });
    expect(run.layers).toContain("cover_letter failed");
    expect(run.documents.body(collections.level2, postingId)).toMatchObject({ cover_letter: "old" });
  });

  it("cannot be broken out of by line breaks in a model's words", async () => {
    const header = { headline: "Lead\n# Fake", summary: "Fine.", competencies: ["a\n## Injected"] };
    const llm = scriptedLlm({ ...answers, cv_header: header, cv_grading: { composite_score: 95 } });
    const { data } = await prepareRun({ input: about, documents: seededDocuments(), llm }).execute(generateCv);
    expect(data["cv_text"]).toContain("**Lead # Fake**");
    expect(data["cv_text"]).toContain("- a ## Injected");
  });

  it("uses annotations only where they are wanted", async () => {
    const jd_annotations = { annotations: [{ relevance: "core_strength", target: { text: "Herding cats" } }] };
    for (const [use_annotations, expected] of [
      [true, true],
      [false, false],
    ] as const) {
      const llm = scriptedLlm(answers);
      await prepareRun({
        input: { ...about, use_annotations },
        documents: seededDocuments({ jd_annotations }),
        llm,
      }).execute(generateCv);
      expect(llm.calls[0]?.user.includes("Herding cats")).toBe(expected);
    }
  });

  it("needs a candidate and a model", async () => {
    const documents = memoryDocuments({ [collections.level2.name]: { [postingId]: { title: "x", description: "y" } } });
    const run = prepareRun({ input: about, documents, llm: scriptedLlm(answers) });
    await expect(run.execute(generateCv)).rejects.toThrow("No master CV found. Store its metadata or roles first.");
    await expect(prepareRun({ input: about, documents }).execute(generateCv)).rejects.toThrow("LLM_BASE_URL");
  });
});

const contacts = {
  primary_contacts: [{ name: "Ada Mill", role: "VP Engineering" }],
  secondary_contacts: [
    { name: "Bo Reed", role: "Peer" },
    { name: "Cy Lane", role: "Peer" },
  ],
};
const to = (contact_type: string, contact_index: unknown, message_type = "connection") => ({
  ...about,
  parameters: { contact_type, contact_index, message_type },
});

describe("outreach", () => {
  const settings = {
    candidate: { name: "Kim", signature: "Kim", calendarUrl: "https://cal.example.org/kim", profile: "" },
  };

  it("writes an invitation of at most 300 characters", async () => {
    const llm = scriptedLlm({ outreach_connection: "word ".repeat(100) });
    const run = prepareRun({ input: to("primary", 0), documents: seededDocuments(contacts), llm, settings });
    const { data } = await run.execute(operationHandlers.outreach);
    const message = String(data["message"]);
    expect(message.length).toBeLessThanOrEqual(300);
    expect(message.endsWith("word\u2026 Kim")).toBe(true);
    expect(data).toMatchObject({ subject: null, char_count: message.length });
    expect(run.documents.body(collections.level2, postingId)).toMatchObject({
      primary_contacts: [{ name: "Ada Mill", linkedin_connection_message: message }],
    });
    expect(run.layers.filter((layer) => layer.endsWith("success"))).toEqual([
      "validate success",
      "contact success",
      "generate success",
      "save success",
    ]);
  });

  it("writes an InMail with a subject", async () => {
    const run = prepareRun({
      input: to("secondary", 1, "inmail"),
      documents: seededDocuments(contacts),
      llm: scriptedLlm(answers),
      settings,
    });
    const { data } = await run.execute(operationHandlers.outreach);
    expect(data).toMatchObject({
      subject: "Planning in minutes",
      message: "Hello Ada,\nI applied for the lead role.\n\nFind a time: https://cal.example.org/kim\n\nKim",
    });
    expect(run.documents.body(collections.level2, postingId)).toMatchObject({
      secondary_contacts: [{}, { name: "Cy Lane", linkedin_inmail_subject: "Planning in minutes" }],
    });
  });

  it("finds the contact again when the places have shifted", async () => {
    const documents = seededDocuments(contacts);
    const llm = scriptedLlm({
      outreach_connection: () => {
        void documents.patch(collections.level2, postingId, { secondary_contacts: [contacts.secondary_contacts[1]] });
        return "Hello Cy";
      },
    });
    await prepareRun({ input: to("secondary", 1), documents, llm }).execute(operationHandlers.outreach);
    expect(documents.body(collections.level2, postingId)).toMatchObject({
      secondary_contacts: [{ name: "Cy Lane", linkedin_connection_message: "Hello Cy" }],
    });
  });

  it.each([
    [to("primary", 5), "Contact index 5 out of range. primary_contacts has 1 items"],
    [to("primary", -1), "Contact index -1 out of range"],
    [to("tertiary", 0), "Invalid contact type 'tertiary'. Must be 'primary' or 'secondary'"],
    [to("primary", "0"), "Contact index 0 is no whole number"],
  ])("refuses %j", async (input, words) => {
    const run = prepareRun({ input, documents: seededDocuments(contacts), llm: scriptedLlm(answers) });
    await expect(run.execute(operationHandlers.outreach)).rejects.toThrow(words);
  });

  it("writes to all contacts, and goes on after one that fails", async () => {
    const llm = scriptedLlm({
      outreach_connection: ({ user }) => {
        if (user.includes("Bo Reed")) throw new LlmFailure("away");
        return "Hello";
      },
    });
    const run = prepareRun({
      input: { ...about, parameters: { message_type: "connection" } },
      documents: seededDocuments(contacts),
      llm,
    });
    const { data } = await run.execute(operationHandlers["outreach-batch"]);
    expect(data).toEqual({
      generated: 2,
      failed: 1,
      results: [
        { type: "primary", index: 0, success: true, char_count: 5, error: null },
        { type: "secondary", index: 0, success: false, char_count: 0, error: "away" },
        { type: "secondary", index: 1, success: true, char_count: 5, error: null },
      ],
    });
  });
});

describe("a persona", () => {
  const persona = operationHandlers["synthesize-persona"];
  const trait = (id: string, values: object) => ({ id, target: { text: `text of ${id}` }, ...values });

  it("leads with the strongest trait", async () => {
    const annotations = [
      trait("a", { relevance: "core_strength" }),
      trait("b", { passion: "love_it", relevance: "extremely_relevant" }),
      trait("c", { identity: "core_identity", is_active: false }),
      trait("d", { relevance: "gap" }),
    ];
    const run = prepareRun({
      input: about,
      documents: seededDocuments({ jd_annotations: { annotations } }),
      llm: scriptedLlm(answers),
    });
    expect(await run.execute(persona)).toEqual({
      data: {
        persona: "A leader who plans.",
        primary: "text of b",
        secondary: ["text of a"],
        source_annotations: ["b", "a"],
      },
    });
  });

  it("is none without annotations, and where the model says nothing", async () => {
    const run = prepareRun({ input: about, documents: seededDocuments() });
    expect(await run.execute(persona)).toEqual({ data: { persona: null, message: "No identity annotations found" } });
    const annotations = [trait("a", { identity: "core_identity" })];
    const silent = prepareRun({
      input: about,
      documents: seededDocuments({ jd_annotations: { annotations } }),
      llm: scriptedLlm({ persona: " " }),
    });
    expect(await silent.execute(persona)).toEqual({ data: { persona: null, message: "Failed to synthesize persona" } });
  });
});
