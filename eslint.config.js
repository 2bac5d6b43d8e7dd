import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Forms of code that no room has. */
const FORMS = [
  {
    selector: "ExportDefaultDeclaration",
    message: "Named exports only: a name is how a thing is found.",
  },
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message:
      "The environment is read once, in src/config.ts (scripts and benches: scripts/environment.ts); take the value from there.",
  },
];

/** A form that costs only where thousands of it are made: in what a request walks through. */
const GETTERS_OF_LITERALS = {
  selector: "ObjectExpression > Property[kind=/^[gs]et$/]",
  message:
    "V8 makes an old hidden class of each such object, by which all that its getters close over outlives collections of young garbage: a class has one for all (as in resolvers/connection.ts).",
};

export default tseslint.config(
  { ignores: ["dist", "node_modules", ".marquee*", "coverage"] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: [
            "eslint.config.js",
            "eslint.schema.config.js",
            ".dependency-cruiser.js",
            "scripts/*.mjs",
            "bin/*.js",
          ],
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/require-await": "off",
      "no-restricted-syntax": ["error", ...FORMS],
      "max-lines": ["warn", { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["src/**/*.ts", "resolvers/**/*.ts", "datasources/**/*.ts", "packages/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...FORMS, GETTERS_OF_LITERALS] },
  },
  {
    // emitDecoratorMetadata needs the runtime import of every decorated parameter's class.
    files: ["schema/**/*.ts", "resolvers/**/*.ts"],
    rules: {
      "@typescript-eslint/consistent-type-imports": "off",
      // It does not see uses inside decorators.
      "no-useless-assignment": "off",
    },
  },
  {
    files: [
      "eslint.config.js",
      "eslint.schema.config.js",
      ".dependency-cruiser.js",
      "**/*.mjs",
      "bin/*.js",
      "vitest.config.ts",
      "playground/vite.config.ts",
    ],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        process: "readonly",
        console: "readonly",
        URL: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
        performance: "readonly",
        fetch: "readonly",
        Buffer: "readonly",
        AbortController: "readonly",
        AbortSignal: "readonly",
      },
    },
    rules: { "no-restricted-syntax": "off" },
  },
  { files: ["tests/**"], rules: { "no-restricted-syntax": "off", "max-lines": "off" } },
  { files: ["scripts/environment.ts"], rules: { "no-restricted-syntax": "off" } },
);
