import { type FastifyInstance } from "fastify";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** How long what it says may be believed: RFC 9116 has it be less than a year. */
const GOOD_FOR_DAYS = 30;

/** Serves `/.well-known/security.txt` (RFC 9116): whom to tell of a weakness. Not there without a contact. */
export function serveSecurityTxt(app: FastifyInstance, contacts: readonly string[]): void {
  if (contacts.length === 0) return;
  app.get("/.well-known/security.txt", { exposeHeadRoute: true }, (_request, reply) =>
    reply
      .type("text/plain; charset=utf-8")
      .header("cache-control", "public, max-age=86400")
      .send(securityTxt(contacts, new Date())),
  );
}

function securityTxt(contacts: readonly string[], now: Date): string {
  const expires = new Date(Math.ceil(now.getTime() / DAY_MS + GOOD_FOR_DAYS) * DAY_MS);
  const lines = [...contacts.map((contact) => `Contact: ${contact}`), `Expires: ${expires.toISOString()}`];
  return `${[...lines, "Preferred-Languages: en"].join("\n")}\n`;
}
