import { expect, it } from "vitest";
import { cutAnswer, nearestOption } from "./fit-answer.js";
import { applicationForm, formField } from "./form.js";
import { staticAnswer } from "./static-answer.js";

const field = (label: string, field_type = "text", options: readonly string[] = []) =>
  formField.parse({ label, field_type, options });
const candidate = {
  name: "Ada King Lovelace",
  contact: { email: "ada@a.test", linkedin: "https://linkedin.com/in/ada", location: "London" },
};

it.each([
  [field("LinkedIn URL", "url"), "https://linkedin.com/in/ada", "static"],
  [field("Email *", "email"), "ada@a.test", "static"],
  [field("First name"), "Ada", "static"],
  [field("Last name"), "King Lovelace", "static"],
  [field("Full name"), "Ada King Lovelace", "static"],
  [field("Phone"), "", "manual"],
  [field("GitHub", "url"), "", "manual"],
  [field("Upload your resume", "file"), "Attach: CV", "static"],
  [field("Cover letter", "file"), "Attach: cover letter", "static"],
  [field("Are you legally authorized to work in Germany?", "select", ["Yes, I am", "No"]), "Yes, I am", "rule"],
  [field("Will you require visa sponsorship?", "radio", ["Yes", "No"]), "No", "rule"],
  [field("Gender", "select", ["Female", "Male", "Prefer not to answer"]), "Prefer not to answer", "rule"],
  [field("Veteran status"), "Prefer not to say", "rule"],
  [field("I agree to the terms", "checkbox"), "", "manual"],
])("answers %j without a model", (asked, answer, source) => {
  expect(staticAnswer(asked, candidate)).toEqual({ answer, source });
});

it("leaves what has to be written to the model", () => {
  expect(staticAnswer(field("Why do you want to work here?", "textarea"), candidate)).toBeUndefined();
  expect(staticAnswer(field("How did you hear about us?", "select", ["A friend"]), candidate)).toBeUndefined();
});

it("goes by what the candidate said about work permits", () => {
  const other = { ...candidate, work_authorization: false, requires_sponsorship: true };
  expect(staticAnswer(field("Are you authorized to work here?"), other)?.answer).toBe("No");
  expect(staticAnswer(field("Do you need sponsorship?"), other)?.answer).toBe("Yes");
});

it.each([
  ["one two three", null, "one two three"],
  ["one two three", 13, "one two three"],
  ["one two three", 9, "one two"],
  ["one two three", 7, "one two"],
  ["unbreakable", 5, "unbre"],
])("cuts %j to %s", (answer, limit, expected) => {
  expect(cutAnswer(answer, limit)).toBe(expected);
});

it("finds the option that is meant", () => {
  expect(nearestOption("a friend.", ["Advert", "A friend"])).toBe("A friend");
  expect(nearestOption("I heard of it from a friend", ["Advert", "A friend"])).toBe("A friend");
  expect(nearestOption("elsewhere", ["Advert", "A friend"])).toBe("elsewhere");
});

it("reads a form with gaps, and refuses what is none", () => {
  const read = applicationForm.parse({ form_title: " Apply ", fields: [{ label: "Name", limit: null }] });
  expect(read).toEqual({
    form_type: "",
    form_title: "Apply",
    fields: [{ label: "Name", field_type: "text", required: false, limit: null, options: [], default_value: null }],
  });
  expect(applicationForm.safeParse({ fields: [{ label: "" }] }).success).toBe(false);
  expect(applicationForm.safeParse({ form_type: "x" }).success).toBe(false);
});
