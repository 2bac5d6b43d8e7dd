/*
 * Which floor may import from which, types included:
 *
 *   packages ← datasources/core ← engines ← projection ← domains ← stores ← importer ← resolvers ← seeds ← src ← tools
 *
 * A floor imports from itself and from those to its left. schema/ knows core alone, so that what clients see hangs on no
 * store; the playground knows nobody. The tools are scripts/ and bench/, which may use everything and which nothing uses. `npm run check:rooms` fails where an import goes the other way or in a circle.
 */

const FLOORS = [
  ["packages", "^packages/"],
  ["core", "^datasources/core/"],
  ["engines", "^datasources/engines/"],
  ["projection", "^datasources/projection/"],
  ["domains", "^datasources/(?!core/|engines/|projection/|stores/)"],
  ["stores", "^datasources/stores/"],
  ["importer", "^importer/"],
  ["resolvers", "^resolvers/"],
  ["seeds", "^seeds/"],
  ["src", "^src/"],
  ["tools", "^(scripts|bench)/"],
];

const MEND =
  "Move what is asked for down to the floor that needs it, or take it as a parameter: a floor may say what it needs as an interface, which a higher one brings.";

/** Nothing of a floor imports from a higher one. */
const upward = FLOORS.slice(0, -1).map(([name, folder], index) => ({
  name: `no-import-upward-from-${name}`,
  severity: "error",
  comment: `${name} stands below ${FLOORS.slice(index + 1)
    .map(([higher]) => higher)
    .join(", ")}. ${MEND}`,
  from: { path: folder },
  to: { path: FLOORS.slice(index + 1).map(([, higher]) => higher) },
}));

export default {
  forbidden: [
    ...upward,
    {
      name: "no-circle",
      severity: "error",
      comment:
        "Files that import each other cannot be read, tested or loaded one by one. Move what both need into a third.",
      from: {},
      to: { circular: true },
    },
    {
      name: "schema-knows-core-alone",
      severity: "error",
      comment:
        "What clients see hangs on no domain and no store. Put the vocabulary that both need into datasources/core.",
      from: { path: "^schema/" },
      to: {
        path: "^(?!schema/|datasources/core/|node_modules/)",
        pathNot: "^node:",
        dependencyTypesNot: ["core", "npm"],
      },
    },
    {
      name: "packages-know-no-product",
      severity: "error",
      comment: "A package of its own in all but name: give it what it needs as parameters.",
      from: { path: "^packages/([^/]+)/" },
      to: { path: "^(schema|src|resolvers|datasources|importer|seeds|scripts|bench)/" },
    },
    {
      name: "packages-have-one-entry",
      severity: "error",
      comment:
        "Import a package by its index.ts; what is missing there is exported there, or is not for others.",
      from: { pathNot: "^(packages|tests)/" },
      to: { path: "^packages/(?!process/)[^/]+/(?!index[.]ts)" },
    },
    {
      name: "one-engine-does-not-know-another",
      severity: "error",
      comment:
        "What two engines share belongs above them: in datasources/engines or in the domain's own folder.",
      from: { path: "^datasources/(?:engines|[^/]+)/(postgres|mongodb|opensearch|neo4j)/" },
      to: {
        path: "^datasources/(?:engines|[^/]+)/(postgres|mongodb|opensearch|neo4j)/",
        pathNot: "^datasources/(?:engines|[^/]+)/$1/",
      },
    },
    {
      name: "playground-knows-nobody",
      severity: "error",
      comment: "The playground talks to the gateway over HTTP, as any client does.",
      from: { path: "^playground/" },
      to: { path: "^(schema|src|resolvers|datasources|importer|seeds|packages|scripts|bench)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    moduleSystems: ["es6"],
    enhancedResolveOptions: { extensions: [".ts", ".tsx", ".js", ".mjs"] },
  },
};
