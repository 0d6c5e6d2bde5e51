import { z } from "zod";

/** A setting that names a host, `tasks.example.org`, without port; read in lower case. `_` is taken too, as container names have it. */
export function hostName() {
  const label = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";
  return z
    .string()
    .toLowerCase()
    .regex(
      new RegExp(`^(?=.{1,253}$)${label}(\\.${label})*$`),
      "expected a host name without port, such as a.example.org",
    );
}

/** The name in a `Host` header: in lower case, without port and without the dot of a complete name; empty where there is no header. */
export function hostNameOf(header: string | undefined): string {
  return (header ?? "").replace(/\.?(?::\d*)?$/, "").toLowerCase();
}
