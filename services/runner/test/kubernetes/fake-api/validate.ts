import { type Job, type KubeObject, kinds, Refusal, type Resource } from "./objects.js";

interface Attribute {
  readonly baseName: string;
  readonly type: string;
}

const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const qualifiedName = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const quantity = /^\d+(\.\d+)?([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/;

const models = new Map<string, ReadonlyMap<string, string>>();

/** Loads the types that the kinds are made of; all of the library's would take a second. */
export async function loadModels(): Promise<void> {
  const load = async (type: string): Promise<void> => {
    const [name] = /\bV\d\w+/.exec(type) ?? [];
    if (name === undefined || models.has(name)) return;
    models.set(name, new Map());
    const module = (await import(`@kubernetes/client-node/dist/gen/models/${name}.js`)) as Record<
      string,
      { getAttributeTypeMap(): Attribute[] }
    >;
    const attributes = module[name]?.getAttributeTypeMap() ?? [];
    models.set(name, new Map(attributes.map((attribute) => [attribute.baseName, attribute.type])));
    await Promise.all(attributes.map((attribute) => load(attribute.type)));
  };
  await Promise.all(Object.values(kinds).map(({ model }) => load(model)));
}

/** Refuses an object as the API server does: 400 for what does not fit the OpenAPI types, 422 for bad values. */
export function validate(resource: Resource, body: unknown, isStrict: boolean): asserts body is KubeObject {
  const { kind, apiVersion, model } = kinds[resource];
  const said = body as Partial<KubeObject> | null;
  if (said?.kind !== kind || said.apiVersion !== apiVersion)
    throw new Refusal(400, "BadRequest", `the object provided is unrecognized: ${said?.apiVersion}/${said?.kind}`);
  const problems = shapeProblems(model, body, "");
  if (problems.length > 0 && isStrict)
    throw new Refusal(400, "BadRequest", `strict decoding error: ${problems.join(", ")}`);
  const invalid = valueProblems(resource, said as KubeObject);
  if (invalid.length > 0) {
    const { name } = (said as KubeObject).metadata;
    throw new Refusal(422, "Invalid", `${kind} "${name}" is invalid: ${invalid.join(", ")}`);
  }
}

/** What does not fit the types that are generated from the OpenAPI description. */
function shapeProblems(type: string, value: unknown, path: string): string[] {
  const list = /^Array<(.+)>$/.exec(type);
  if (list !== null) {
    if (!Array.isArray(value)) return [`${path}: is no list`];
    return value.flatMap((item, at) => shapeProblems(list[1] as string, item, `${path}[${at}]`));
  }
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type);
  if (map !== null) {
    if (!isMap(value)) return [`${path}: is no map`];
    return Object.entries(value).flatMap(([key, item]) => shapeProblems(map[1] as string, item, `${path}.${key}`));
  }
  if (type === "any" || type === "object") return [];
  if (type === "IntOrString") return ["string", "number"].includes(typeof value) ? [] : [`${path}: is no IntOrString`];
  if (type === "Date") return Number.isNaN(Date.parse(String(value))) ? [`${path}: is no time`] : [];
  if (["string", "number", "boolean"].includes(type)) return typeof value === type ? [] : [`${path}: is no ${type}`];
  const attributes = models.get(type);
  if (attributes === undefined) throw new Error(`no model ${type} for ${path}`);
  if (!isMap(value)) return [`${path}: is no object`];
  return Object.entries(value).flatMap(([field, item]) => {
    const here = path === "" ? field : `${path}.${field}`;
    const of = attributes.get(field);
    return of === undefined ? [`unknown field "${here}"`] : shapeProblems(of, item, here);
  });
}

function valueProblems(resource: Resource, object: KubeObject): string[] {
  const problems: string[] = [];
  const { name, labels = {}, annotations = {}, ownerReferences = [] } = object.metadata;
  if (!dnsLabel.test(name)) problems.push(`metadata.name: Invalid value: "${name}"`);
  for (const [key, value] of Object.entries(labels)) {
    if (!qualifiedName.test(key) || !labelValue.test(value))
      problems.push(`metadata.labels: Invalid value: "${key}=${value}"`);
  }
  for (const key of Object.keys(annotations)) {
    if (!qualifiedName.test(key)) problems.push(`metadata.annotations: Invalid value: "${key}"`);
  }
  for (const { uid, name: owner } of ownerReferences) {
    if (!uid || !owner) problems.push("metadata.ownerReferences: uid and name are required");
  }
  if (resource === "jobs") problems.push(...podProblems((object as Job).spec.template));
  return problems;
}

function podProblems({ metadata, spec }: Job["spec"]["template"]): string[] {
  const problems: string[] = [];
  const { restartPolicy } = spec as { restartPolicy?: string };
  if (restartPolicy !== "Never" && restartPolicy !== "OnFailure")
    problems.push(`spec.template.spec.restartPolicy: Unsupported value: "${restartPolicy}"`);
  if (spec.containers.length === 0) problems.push("spec.template.spec.containers: Required value");
  for (const value of Object.values(metadata?.labels ?? {})) {
    if (!labelValue.test(value)) problems.push(`spec.template.labels: Invalid value: "${value}"`);
  }
  for (const container of spec.containers as (Job["spec"]["template"]["spec"]["containers"][number] & {
    resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
  })[]) {
    if (!dnsLabel.test(container.name)) problems.push(`containers.name: Invalid value: "${container.name}"`);
    if (!container.image) problems.push("containers.image: Required value");
    const names = (container.env ?? []).map(({ name }) => name);
    if (names.some((name) => !/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name)))
      problems.push("containers.env: Invalid value");
    const { limits = {}, requests = {} } = container.resources ?? {};
    for (const amount of Object.values({ ...limits, ...requests })) {
      if (!quantity.test(amount)) problems.push(`containers.resources: Invalid value: "${amount}"`);
    }
  }
  return problems;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
