import { expect, it } from "vitest";
import { databaseAttributes, statementSpan } from "./statement-span.js";

it("says where statements go, and nothing of who sends them", () => {
  expect(databaseAttributes("postgres://user:secret@db.example:5433/jobs%201?sslmode=require")).toEqual({
    "db.system.name": "postgresql",
    "db.namespace": "jobs 1",
    "server.address": "db.example",
    "server.port": 5433,
  });
  expect(databaseAttributes("no url")).toEqual({ "db.system.name": "postgresql" });
});

it.each([
  [
    "a prepared statement by its name",
    { name: "find-job", text: "select * from jobs where id = $1" },
    "find-job",
    "SELECT",
  ],
  ["another one by its first word", { text: "\n  -- why\n insert into jobs values ('secret')" }, "INSERT", "INSERT"],
  ["a text", "begin", "BEGIN", "BEGIN"],
])("names %s", (_, query, name, operation) => {
  const { name: named, attributes } = statementSpan(query, databaseAttributes(""));
  expect(named).toBe(name);
  expect(attributes).toMatchObject({ "db.operation.name": operation, "db.query.summary": name });
  expect(JSON.stringify(attributes)).not.toContain("secret");
});
