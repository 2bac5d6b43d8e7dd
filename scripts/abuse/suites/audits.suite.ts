import { type Check, type Verdict } from "../audits/check.js";
import { GRAPHQL_ARMOR } from "../audits/graphql-armor.js";
import { GRAPHQL_COP } from "../audits/graphql-cop.js";
import { startMarquee, type Ground } from "../ground.js";
import { type Finding } from "../report.js";
import { type Subject } from "../subject.js";

/** What is closed to the public in production; a demo shows both. */
const PRODUCTION = { MARQUEE_INTROSPECTION: "false", MARQUEE_PLAYGROUND: "false" };

const AUDITORS: readonly { auditor: string; checks: readonly Check[] }[] = [
  { auditor: "graphql-cop", checks: GRAPHQL_COP },
  { auditor: "GraphQL Armor", checks: GRAPHQL_ARMOR },
];

/** A check that was made. */
export interface Audited extends Verdict {
  auditor: string;
  check: string;
}

/** Every check, one after the other. */
export async function audit(subject: Subject): Promise<Audited[]> {
  const found: Audited[] = [];
  for (const { auditor, checks } of AUDITORS)
    for (const check of checks) found.push({ auditor, check: check.name, ...(await check.run(subject)) });
  return found;
}

/** graphql-cop's checks, and what GraphQL Armor is made against, sent to a gateway as it is meant to be run in public. */
export async function audits(ground: Ground): Promise<Finding[]> {
  const gateway = await startMarquee(ground, PRODUCTION);
  try {
    const found = await audit(gateway);
    const flagged = found.filter((each) => each.flagged);
    return [
      {
        heading: "Auditors' checks",
        note: `${found.length} checks by a visitor without a token, with introspection and playground off. ${flagged.length} flagged.`,
        columns: ["auditor", "check", "answer", "flagged"],
        rows: found.map(({ auditor, check, said, flagged }) => [
          auditor,
          check,
          said,
          flagged ? "yes" : "no",
        ]),
        broken: flagged.map(({ auditor, check, said }) => `${auditor} flags ${check}: ${said}`),
      },
    ];
  } finally {
    await gateway.close();
  }
}
