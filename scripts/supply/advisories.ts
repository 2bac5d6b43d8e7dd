import { type AdvisoryException } from "./allowed.js";

/** A weakness that is known of a package. */
interface Advisory {
  id: string;
  package: string;
  title: string;
  severity: string;
}

/** What `npm audit --json` prints, as far as it is read: advisories stand among the packages that lead to others. */
interface AuditReport {
  vulnerabilities?: Record<
    string,
    { via: (string | { name: string; title: string; url: string; severity: string })[] }
  >;
  /** Set where the registry did not tell. */
  message?: string;
}

/** What the registry knows of what is locked. */
export type Audit = { advisories: Advisory[] } | { unanswered: string };

/** Reads a report of `npm audit --json`. */
export function readAudit(text: string): Audit {
  const report = parse(text);
  if (!report?.vulnerabilities) return { unanswered: report?.message ?? "no report" };
  const found = new Map<string, Advisory>();
  for (const { via } of Object.values(report.vulnerabilities))
    for (const cause of via) {
      if (typeof cause === "string") continue;
      const id = cause.url.slice(cause.url.lastIndexOf("/") + 1);
      found.set(`${id} ${cause.name}`, {
        id,
        package: cause.name,
        title: cause.title,
        severity: cause.severity,
      });
    }
  return { advisories: [...found.values()] };
}

function parse(text: string): AuditReport | null {
  try {
    return JSON.parse(text) as AuditReport;
  } catch {
    return null;
  }
}

/**
 * What has to be done about advisories, a line each: those without an exception, exceptions whose day has come, and those
 * that nothing needs any more.
 *
 * @param today `YYYY-MM-DD`.
 */
export function advisoryProblems(
  advisories: readonly Advisory[],
  exceptions: readonly AdvisoryException[],
  today: string,
): string[] {
  const matches = (advisory: Advisory, { id, package: name }: AdvisoryException) =>
    advisory.id === id && advisory.package === name;
  const open = advisories.filter(
    (advisory) => !exceptions.some((each) => matches(advisory, each) && today < each.until),
  );
  const unused = exceptions.filter((each) => !advisories.some((advisory) => matches(advisory, each)));
  return [
    ...open.map((each) => `${each.package} has ${each.id} (${each.severity}): ${each.title}`),
    ...unused.map(({ id, package: name }) => `nothing needs the exception for ${id} of ${name}`),
  ];
}
