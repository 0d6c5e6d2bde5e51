import { join } from "node:path";
import { expect, it } from "vitest";
import { referencePage } from "./reference.js";

it("the reference is that of the commands", async () => {
  await expect(referencePage()).toMatchFileSnapshot(join(import.meta.dirname, "../REFERENCE.md"));
});
