import type { Core } from "./core-access.js";
import { collectionFields } from "./documents/collections.js";
import { collectionNames } from "./names.js";

/** Declares what the dialect keeps in the catalog. Every gateway does this at its start; what is there already stays as it is. */
export async function prepareJanitor({ core, config: { namespace } }: Core): Promise<void> {
  for (const [collection, fields] of Object.entries(collectionFields)) {
    const name = collectionNames[collection as keyof typeof collectionNames];
    await core.documents.declareCollection({ collection: { namespace, name, fields: [...fields] } });
  }
}
