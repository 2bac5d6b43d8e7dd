/** A demo tenant and what is in it. */
export interface DemoTenant {
  slug: string;
  name: string;
  holds: string;
}

/** The tenants that a seeded gateway has. */
export const demoTenants: readonly DemoTenant[] = [
  { slug: "meridian", name: "Meridian", holds: "films" },
  { slug: "lumen", name: "Lumen", holds: "series" },
  { slug: "atelier", name: "Atelier", holds: "isolated" },
];

/** The accounts that each demo tenant has: the part of the e-mail address before the @. */
export const demoAccounts = ["viewer", "family", "editor", "operator"] as const;

/** The password of every demo account. */
export const demoPassword = "marquee";

/** The e-mail address of a demo account. */
export function demoEmail(account: string, tenant: string): string {
  return `${account}@${tenant}.example`;
}

/** The demo tenant that an e-mail address belongs to by its domain, if any. */
export function tenantOfEmail(email: string): string | undefined {
  const domain = email.trim().toLowerCase().split("@")[1];
  return demoTenants.find(({ slug }) => domain === `${slug}.example`)?.slug;
}
