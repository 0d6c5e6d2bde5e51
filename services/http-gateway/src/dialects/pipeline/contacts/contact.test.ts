import { describe, expect, it } from "vitest";
import { contactAt, contactListOf, contactsOf, contactView, storedContact } from "./contact.js";

const stored = storedContact({ name: "Ada", role: "CTO", linkedin_url: " https://linkedin.com/in/ada " });

describe("a stored contact", () => {
  it("has room for every message, and the defaults", () => {
    expect(stored).toEqual({
      name: "Ada",
      role: "CTO",
      linkedin_url: "https://linkedin.com/in/ada",
      contact_type: "peer",
      why_relevant: "",
      is_synthetic: false,
      recent_signals: [],
      linkedin_connection_message: "",
      linkedin_inmail_subject: "",
      linkedin_inmail: "",
      email_subject: "",
      email_body: "",
      reasoning: "",
      already_applied_frame: "adding_context",
      linkedin_message: "",
    });
  });

  it("is shown with nine members", () => {
    expect(contactView(stored)).toEqual({
      name: "Ada",
      role: "CTO",
      linkedin_url: "https://linkedin.com/in/ada",
      contact_type: "peer",
      why_relevant: "",
      is_synthetic: false,
      linkedin_connection_message: "",
      linkedin_inmail: "",
      email_body: "",
    });
  });
});

it("shows what research found under other names, and null for messages that were never made room for", () => {
  expect(contactView({ contact_name: "Bo", contact_role: "Recruiter", is_synthetic: true })).toMatchObject({
    name: "Bo",
    role: "Recruiter",
    contact_type: "peer",
    is_synthetic: true,
    linkedin_connection_message: null,
    email_body: null,
  });
});

describe("an index", () => {
  const posting = { primary_contacts: [{ name: "Ada" }, "no contact"], secondary_contacts: null };

  it("counts contacts alone", () => {
    expect(contactAt(posting, "primary", 0)).toEqual({ name: "Ada" });
    expect(contactsOf(posting, "secondary")).toEqual([]);
  });

  it.each([1, -1, 5])("is refused at %i", (index) => {
    expect(() => contactAt(posting, "primary", index)).toThrow(
      `Contact index ${index} out of range. primary_contacts has 1 items`,
    );
  });
});

it("knows two lists", () => {
  expect(contactListOf("secondary")).toBe("secondary");
  expect(() => contactListOf("x")).toThrow("Invalid contact type 'x'. Must be 'primary' or 'secondary'");
});
