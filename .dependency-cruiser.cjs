// The layers, checked: which folder may import from which.
const tests = String.raw`(\.test\.ts$|^(libs|services)/[^/]+/(test|bench)/|^vitest(\.split)?\.config\.ts$)`;
const core = "^services/scheduler/src/domain/core/";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "resolvable",
      comment: "Every import leads to a file or an installed package.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "declared-packages-only",
      comment: "A package that is imported stands in the package.json of the workspace that imports it.",
      severity: "error",
      from: { pathNot: tests },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "no-test-code-in-production",
      comment: "What runs in production does not import tests, test doubles or the test kit.",
      severity: "error",
      from: { path: "^(libs|services)/[^/]+/src/", pathNot: [tests, "^libs/testkit/"] },
      to: { path: [tests, "^libs/testkit/"] },
    },
    {
      name: "nothing-imports-main",
      comment: "main.ts reads the environment and runs until a signal; what others need belongs in a factory.",
      severity: "error",
      from: {},
      to: { path: String.raw`/main\.ts$` },
    },
    {
      name: "libs-below-services",
      comment: "A library knows no service.",
      severity: "error",
      from: { path: "^libs/" },
      to: { path: "^services/" },
    },
    {
      name: "services-stand-alone",
      comment: "A service reaches another only through its contract; all-in-one alone puts several into one process.",
      severity: "error",
      from: { path: "^services/([^/]+)/", pathNot: "^services/all-in-one/" },
      to: { path: "^services/", pathNot: "^services/$1/" },
    },
    {
      name: "domain-below-transport",
      comment: "transport -> domain -> store: the domain does not know how it is called.",
      severity: "error",
      from: { path: "^services/[^/]+/src/domain/", pathNot: tests },
      to: { path: "^services/[^/]+/src/(transport|loops)/" },
    },
    {
      name: "store-below-transport",
      comment: "transport -> domain -> store: the store does not know how it is called.",
      severity: "error",
      from: { path: "^services/[^/]+/src/store/", pathNot: tests },
      to: { path: "^services/[^/]+/src/(transport|loops)/" },
    },
    {
      name: "store-below-domain",
      comment: "transport -> domain -> store: the store may name the domain's types, and runs none of its code.",
      severity: "error",
      from: { path: "^services/[^/]+/src/store/", pathNot: tests },
      to: { path: "^services/[^/]+/src/domain/", pathNot: core, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "core-is-pure",
      comment:
        "The scheduler's core decides from its arguments: no I/O, no clock, nothing imported but itself and the error catalogue.",
      severity: "error",
      from: { path: core, pathNot: tests },
      to: { pathNot: [core, "^libs/errors/"] },
    },
    {
      name: "rules-of-histories-know-no-protocol",
      comment: "What a history must obey is said of observations; messages become these in `recording`.",
      severity: "error",
      from: { path: "^libs/history/src/", pathNot: [tests, "^libs/history/src/(recording/|index[.]ts$)"] },
      to: { pathNot: ["^libs/history/", "^libs/collections/"] },
    },
    {
      name: "dialects-stand-alone",
      comment: "Each dialect can be read, changed and removed without the others.",
      severity: "error",
      from: { path: "^services/http-gateway/src/dialects/([^/]+)/" },
      to: { path: "^services/http-gateway/src/dialects/[^/]+/", pathNot: "^services/http-gateway/src/dialects/$1/" },
    },
    {
      name: "no-cycles",
      comment: "No file needs itself.",
      severity: "error",
      from: { pathNot: core },
      to: { circular: true },
    },
    {
      name: "no-runtime-cycles-in-core",
      comment: "Types of the core may refer to each other in a circle; its code may not.",
      severity: "error",
      from: { path: core },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // The bench's peers are a package of their own, which need not be installed.
    exclude: { path: "(^|/)(dist|bench/peers)/" },
    // Imports of types count: a layer that names another's types depends on it.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@switchyard/source", "import", "node", "types", "default"],
      extensions: [".ts", ".js", ".cjs", ".mjs", ".json", ".d.ts"],
    },
    reporterOptions: { text: { highlightFocused: true } },
  },
};
