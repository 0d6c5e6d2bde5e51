const named: Readonly<Record<string, (value: unknown) => boolean>> = {
  $any: () => true,
  $string: (value) => typeof value === "string",
  $number: (value) => typeof value === "number",
  $integer: (value) => Number.isInteger(value),
  $boolean: (value) => typeof value === "boolean",
  $object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  $array: Array.isArray,
  $uuid: (value) => typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
  $timestamp: (value) =>
    typeof value === "string" &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z$/.test(value) &&
    !Number.isNaN(Date.parse(value)),
};

/**
 * Compares a value with an expectation and lists what differs; nothing if all is well.
 *
 * Members of an expected object must fit, others may exist, unless `$only: true` says otherwise. Strings `$uuid`,
 * `$timestamp`, ... stand for any value of that sort, `$re:<pattern>` for a text that the pattern finds. Of a list,
 * `{$length: n}`, `{$contains: x}`, `{$every: x}` and `{$none: x}` say something without naming it whole.
 */
export function differences(expected: unknown, actual: unknown, at = "body"): string[] {
  if (typeof expected === "string" && expected.startsWith("$")) {
    if (expected.startsWith("$re:")) {
      return new RegExp(expected.slice(4)).test(String(actual))
        ? []
        : [`${at}: ${show(actual)} does not fit ${expected}`];
    }
    const fits = named[expected];
    if (fits === undefined) throw new Error(`unknown matcher ${expected}`);
    return fits(actual) ? [] : [`${at}: ${show(actual)} is no ${expected.slice(1)}`];
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return [`${at}: ${show(actual)} is no list`];
    if (actual.length !== expected.length)
      return [`${at}: ${actual.length} items instead of ${expected.length}: ${show(actual)}`];
    return expected.flatMap((item, index) => differences(item, actual[index], `${at}[${index}]`));
  }
  if (typeof expected !== "object" || expected === null) {
    return Object.is(expected, actual) ? [] : [`${at}: ${show(actual)} instead of ${show(expected)}`];
  }
  if (Object.keys(expected).some((key) => ["$length", "$contains", "$every", "$none"].includes(key))) {
    return listDifferences(expected as ListExpectation, actual, at);
  }
  if (typeof actual !== "object" || actual === null) return [`${at}: ${show(actual)} is no object`];
  const { $only, ...members } = expected as Record<string, unknown>;
  const found = actual as Record<string, unknown>;
  const extra = $only === true ? Object.keys(found).filter((key) => !(key in members)) : [];
  return [
    ...extra.map((key) => `${at}.${key}: not expected`),
    ...Object.entries(members).flatMap(([key, value]) =>
      Object.hasOwn(found, key) ? differences(value, found[key], `${at}.${key}`) : [`${at}.${key}: missing`],
    ),
  ];
}

interface ListExpectation {
  readonly $length?: number;
  readonly $contains?: unknown;
  readonly $every?: unknown;
  readonly $none?: unknown;
}

function listDifferences(expected: ListExpectation, actual: unknown, at: string): string[] {
  if (!Array.isArray(actual)) return [`${at}: ${show(actual)} is no list`];
  const found: string[] = [];
  if (expected.$length !== undefined && actual.length !== expected.$length) {
    found.push(`${at}: ${actual.length} items instead of ${expected.$length}`);
  }
  if ("$every" in expected) {
    found.push(...actual.flatMap((item, index) => differences(expected.$every, item, `${at}[${index}]`)));
  }
  const fits = (wanted: unknown) => actual.some((item) => differences(wanted, item).length === 0);
  const wanted = Array.isArray(expected.$contains) ? expected.$contains : [expected.$contains];
  if ("$contains" in expected) {
    for (const item of wanted) if (!fits(item)) found.push(`${at}: no item fits ${show(item)} in ${show(actual)}`);
  }
  if ("$none" in expected && fits(expected.$none)) found.push(`${at}: an item fits ${show(expected.$none)}`);
  return found;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 600 ? `${text.slice(0, 600)}...` : text;
}
