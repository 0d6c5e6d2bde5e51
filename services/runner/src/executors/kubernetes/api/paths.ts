/** Paths of the collections that the executor uses, in one namespace. */
export interface CollectionPaths {
  readonly jobs: string;
  readonly pods: string;
  readonly secrets: string;
}

/** The paths in a namespace. */
export function pathsOf(namespace: string): CollectionPaths {
  const core = `/api/v1/namespaces/${namespace}`;
  return { jobs: `/apis/batch/v1/namespaces/${namespace}/jobs`, pods: `${core}/pods`, secrets: `${core}/secrets` };
}
