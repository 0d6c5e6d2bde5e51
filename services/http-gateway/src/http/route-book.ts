import type { FastifyInstance } from "fastify";

/** Knows the routes of one plugin, to tell an unknown path from a wrong method. */
export interface RouteBook {
  /** The methods that a path answers, sorted; empty for an unknown path. The path has no query. */
  methodsOf(path: string): readonly string[];
}

/**
 * Listens to the routes that are added to a plugin after this call. Wildcard routes are left out: they are the ones of
 * CORS.
 */
export function createRouteBook(instance: FastifyInstance): RouteBook {
  const known = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  instance.addHook("onRoute", ({ url, method }) => {
    if (url.includes("*")) return;
    const entry = known.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const name of [method].flat()) entry.methods.add(name);
    known.set(url, entry);
  });
  return {
    methodsOf(path) {
      const methods = new Set<string>();
      for (const entry of known.values()) {
        if (entry.pattern.test(path)) for (const name of entry.methods) methods.add(name);
      }
      return [...methods].sort();
    },
  };
}

function patternOf(template: string): RegExp {
  const parts = template.split("/").map((part) => {
    return part.startsWith(":") ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("/")}$`);
}
