import type { Container, Secret } from "./objects.js";

/** The variables of a container, or why it can't have them. */
export function environmentOf(
  { env = [] }: Container,
  secretOf: (name: string) => Secret | undefined,
): Record<string, string> | string {
  const values: Record<string, string> = {};
  for (const { name, value, valueFrom } of env) {
    const { secretKeyRef, configMapKeyRef } = valueFrom ?? {};
    if (configMapKeyRef !== undefined) return `configmap "${configMapKeyRef.name}" not found`;
    if (secretKeyRef === undefined) values[name] = expand(value ?? "", values);
    else {
      const secret = secretOf(secretKeyRef.name);
      if (secret === undefined) return `secret "${secretKeyRef.name}" not found`;
      const data = secret.data?.[secretKeyRef.key];
      if (data === undefined) return `couldn't find key ${secretKeyRef.key} in Secret ${secretKeyRef.name}`;
      values[name] = Buffer.from(data, "base64").toString("utf8");
    }
  }
  return values;
}

/** `$(NAME)` becomes the variable's value where there is one; `$$` is one dollar. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (all, name?: string) =>
    name === undefined ? "$" : (env[name] ?? all),
  );
}
