import path from "node:path"; import { mkdtempSync, rmSync } from "node:fs"; import { tmpdir } from "node:os";
import { drive } from "./peers/load.mjs"; import { compilePeers, importPeer, startServer } from "./peers/servers.mjs";
const peer = process.argv[2] ?? "marquee", data = process.argv[3] ?? "memory", flags = process.argv.slice(4);
compilePeers();
const { QUERY, FIRST, TENANT, ACCOUNT, titleDocuments } = await importPeer("titles");
const dataFolder = mkdtempSync(path.join(tmpdir(), "mb-"));
const { startEmbeddedPostgres } = await import("../dist/datasources/embedded-postgres.js");
const { openStores } = await import("../dist/datasources/stores.js");
const e = await startEmbeddedPostgres({ dataFolder, log() {} });
try {
  const s = await openStores({ postgresUrl: e.adminUrl, dataFolder, log() {} });
  const t = await s.tenants.create(TENANT); await s.accounts.putAccounts(t, [ACCOUNT]); await s.catalogProjection.put(t, titleDocuments());
  await s.catalogProjection.setPopularity(t, new Map(titleDocuments().map(d=>[d.id,d.popularity]))); await s.settle(t); await s.close();
  const server = await startServer({ peer, data, postgresUrl: e.adminUrl, core: 0, nodeFlags: flags });
  const body = JSON.stringify({ query: QUERY, variables: { first: FIRST } });
  const r = await fetch(server.url, { method: "POST", headers: { "content-type": "application/json", ...server.headers }, body });
  const bytes = Buffer.byteLength(await r.text());
  const q = { url: server.url, headers: server.headers, body, bytes };
  await drive(q, { connections: 8, ms: 3000 });
  for (let i = 0; i < 4; i++) { const b = await server.cpu(); const { requests } = await drive(q, { connections: 8, ms: 2000 }); console.log(peer, data, Math.round((await server.cpu() - b) / requests), requests); }
  await server.stop();
} finally { await e.stop(); rmSync(dataFolder, { recursive: true, force: true }); }
