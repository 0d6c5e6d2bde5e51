import { expect, it } from "vitest";
import { indeedKeyOf } from "./indeed-key.js";
import { linkedinIdOf } from "./linkedin-id.js";

it.each([
  ["4012345678", "4012345678"],
  ["https://www.linkedin.com/jobs/view/4012345678", "4012345678"],
  ["https://www.linkedin.com/jobs/view/4012345678/?refId=1", "4012345678"],
  ["https://de.linkedin.com/jobs/view/staff-engineer-at-acme-4012345678?x=1", "4012345678"],
  ["linkedin.com/jobs/4012345678", "4012345678"],
  ["https://www.linkedin.com/jobs/search/?currentJobId=4012345678&keywords=cto", "4012345678"],
  ["/jobs/view/4012345678", "4012345678"],
  ["https://www.linkedin.com/in/somebody", undefined],
  ["https://evil.example/jobs/view/4012345678", undefined],
  ["https://linkedin.com.evil.example/jobs/view/4012345678", undefined],
  ["http://127.0.0.1/jobs/view/4012345678", undefined],
  ["not an id", undefined],
])("LinkedIn: %s is %s", (text, id) => {
  expect(linkedinIdOf(text)).toBe(id);
});

it.each([
  ["0123456789abcdef", "0123456789abcdef"],
  ["0123456789ABCDEF", "0123456789abcdef"],
  ["https://www.indeed.com/viewjob?jk=0123456789abcdef", "0123456789abcdef"],
  ["https://uk.indeed.com/jobs?q=cto&vjk=0123456789abcdef&l=", "0123456789abcdef"],
  ["https://www.indeed.com/viewjob?jk=0123", undefined],
  ["https://www.indeed.com/viewjob?jk=0123456789abcdef0", undefined],
  ["https://evil.example/viewjob?jk=0123456789abcdef", undefined],
  ["", undefined],
])("Indeed: %s is %s", (text, key) => {
  expect(indeedKeyOf(text)).toBe(key);
});
