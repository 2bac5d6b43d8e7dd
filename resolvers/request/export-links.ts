import { type Tenant } from "../../datasources/core/tenant.js";
import { createSeal } from "./cursor.js";

/** How long a link is good for: another is answered whenever it is asked for. Milliseconds. */
export const EXPORT_LINK_MS = 15 * 60_000;

/** Links by which exports are fetched without signing in, for a while. */
export interface ExportLinks {
  /** The path of an export: `/exports/<tenant>.<id>.<until>.<seal>`. */
  pathOf(tenant: Tenant, id: string, now?: number): string;
  /** What a link names; null where it is none of ours, or its time is over. */
  read(name: string, now?: number): { slug: string; id: string } | null;
}

const FORM = /^([a-z][a-z0-9-]*)\.([0-9a-f-]{36})\.([0-9a-z]+)\.([\w-]{12})$/;
const USE = "export";

export function createExportLinks(signingKey: Uint8Array): ExportLinks {
  const seal = createSeal(signingKey, "marquee export");
  return {
    pathOf({ slug }, id, now = Date.now()) {
      const named = `${slug}.${id}.${(now + EXPORT_LINK_MS).toString(36)}`;
      return `/exports/${named}.${seal.of(USE, named).toString("base64url")}`;
    },
    read(name, now = Date.now()) {
      const [, slug = "", id = "", until = "", tag = ""] = FORM.exec(name) ?? [];
      const sealed = seal.fits(USE, `${slug}.${id}.${until}`, Buffer.from(tag, "base64url"));
      return sealed && Number.parseInt(until, 36) > now ? { slug, id } : null;
    },
  };
}
