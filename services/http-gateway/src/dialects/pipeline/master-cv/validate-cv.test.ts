import { expect, it } from "vitest";
import { validateCv } from "./validate-cv.js";

const role = { id: "r1", company: "Acme" };
const complete = {
  metadata: { version: 1, candidate: { name: "Ada" }, roles: [role] },
  taxonomy: { default_fallback_role: "cto", target_roles: { cto: { sections: [] } } },
  roles: [{ role_id: "r1", markdown_content: "# Acme" }],
};

it("finds nothing in a complete master CV", () => {
  expect(validateCv(complete)).toEqual({ errors: [], warnings: [] });
});

it("says what an empty one lacks", () => {
  expect(validateCv({ metadata: undefined, taxonomy: undefined, roles: [] })).toEqual({
    errors: ["candidate.name is missing", "at least one role is needed"],
    warnings: ["there is no taxonomy"],
  });
});

it("finds roles without an id, with one that is taken, and without a document", () => {
  const metadata = { ...complete.metadata, roles: [role, role, { id: "r2" }, { company: "Beta" }] };
  expect(validateCv({ ...complete, metadata })).toEqual({
    errors: ["a role has no id", "role id 'r1' is used more than once"],
    warnings: ["role 'r2' has no document"],
  });
});

it("finds a default role that the taxonomy lacks", () => {
  const taxonomy = { default_fallback_role: "toString", target_roles: {} };
  expect(validateCv({ ...complete, taxonomy }).warnings).toEqual(["the taxonomy has no role 'toString', its default"]);
});
