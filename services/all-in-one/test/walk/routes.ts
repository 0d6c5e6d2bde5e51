/** What an OpenAPI document says about a value; as much of JSON Schema as the walks look at. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly else?: Schema;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

/** A parameter of a path or query. */
export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

/** One route of one dialect, from the document that the gateway serves. */
export interface Route {
  readonly dialect: string;
  /** In capitals. */
  readonly method: string;
  /** Without the dialect's prefix, parameters in braces. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Undefined: the document names no body. */
  readonly body: Schema | undefined;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

const methods = ["get", "put", "post", "delete", "patch"];

/** Reads the documents of all dialects that a gateway serves; a dialect that is added is walked without another word. */
export async function readRoutes(http: string): Promise<Route[]> {
  const page = await (await fetch(`${http}/docs`)).text();
  const dialects = [...page.matchAll(/href="\/docs\/([\w-]+)"/g)].map(([, name = ""]) => name);
  return (await Promise.all(dialects.map((dialect) => routesOf(http, dialect)))).flat();
}

async function routesOf(http: string, dialect: string): Promise<Route[]> {
  const document = (await (await fetch(`${http}/docs/${dialect}`)).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => methods.includes(method))
      .map(([method, { parameters = [], requestBody }]) => ({
        ...{ dialect, path, parameters, method: method.toUpperCase() },
        body: Object.values(requestBody?.content ?? {})[0]?.schema,
      })),
  );
}

/** A route as tests name it. */
export function routeName({ dialect, method, path }: Route): string {
  return `${dialect}: ${method} ${path}`;
}
