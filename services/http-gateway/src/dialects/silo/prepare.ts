import type { SiloContext } from "./context.js";
import { graphCollection, graphFields } from "./dag/graph-store.js";
import { readDefinitionFiles } from "./definitions/definition-files.js";
import { definitionCollection, putDefinition } from "./definitions/definition-store.js";

/**
 * Declares what the dialect keeps in the catalog and puts the definitions of the folder in place. Every gateway does this
 * at its start; what is there already stays as it is.
 *
 * @throws Error for files that are no definitions; they are read again at the next try, so a corrected file is enough
 */
export async function prepareSilo(context: Pick<SiloContext, "core" | "config">): Promise<void> {
  const { core, config } = context;
  const { namespace, definitionsDir } = config;
  await core.documents.declareCollection({ collection: { namespace, name: definitionCollection } });
  await core.documents.declareCollection({ collection: { namespace, name: graphCollection, fields: graphFields } });
  if (definitionsDir === undefined) return;
  for (const { name, document } of await readDefinitionFiles(definitionsDir))
    await putDefinition(context, name, document);
}
