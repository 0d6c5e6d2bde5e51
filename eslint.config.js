// Only what Biome cannot do: the rules that need types, the doc-comment rule, and the purity of the scheduler's core.
import { defineConfig } from "eslint/config";
import jsdoc from "eslint-plugin-jsdoc";
import tseslint from "typescript-eslint";

/** What a pure function may not touch; its inputs are arguments. */
const impureGlobals = [
  "process",
  "performance",
  "crypto",
  "fetch",
  "console",
  "setTimeout",
  "setInterval",
  "setImmediate",
];

export default defineConfig(
  { ignores: ["**/dist/**", "libs/proto/src/**", ".data/**"] },
  {
    files: ["libs/**/*.ts", "services/**/*.ts"],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: "./tsconfig.lint.json", tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { "@typescript-eslint": tseslint.plugin },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/only-throw-error": "error",
    },
  },
  {
    files: ["libs/*/src/**/*.ts", "services/*/src/**/*.ts"],
    ignores: ["**/*.test.ts"],
    plugins: { jsdoc },
    rules: {
      "jsdoc/require-jsdoc": [
        "error",
        {
          publicOnly: { esm: true, ancestorsOnly: true },
          require: { FunctionDeclaration: true, ClassDeclaration: true },
          contexts: [
            "TSInterfaceDeclaration",
            "TSTypeAliasDeclaration",
            "TSEnumDeclaration",
            "ExportNamedDeclaration > VariableDeclaration",
          ],
        },
      ],
    },
  },
  {
    files: ["services/scheduler/src/domain/core/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: {
      "no-restricted-globals": [
        "error",
        ...impureGlobals.map((name) => ({
          name,
          message: "The core decides from its arguments alone: no I/O, no clock.",
        })),
      ],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "The core is told the time." },
        { object: "Math", property: "random", message: "The core draws no lots; chance is an argument." },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "The core is told the time." },
      ],
    },
  },
);
