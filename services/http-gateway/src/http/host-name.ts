import { z } from "zod";

/** A setting that names a host, `tasks.example.org`, without port; read in lower case. */
export function hostName() {
  const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  return z
    .string()
    .toLowerCase()
    .regex(new RegExp(`^(?=.{1,253}$)${label}(\\.${label})*$`), "expected a host name without port");
}

/** The name in a `Host` header: without the port, in lower case; empty where there is no header. */
export function hostNameOf(header: string | undefined): string {
  return (header ?? "").replace(/:\d*$/, "").toLowerCase();
}
