import { FAMILIES } from "../documents/families.js";
import { type Family } from "../documents/family.js";
import { measureFamily, type Dose, type Effect } from "../documents/measure.js";
import { startMarquee, type Ground } from "../ground.js";
import { watchLoop } from "../loop-watch.js";
import { startApollo, startHive } from "../peers/start-peers.js";
import { figure, type Finding } from "../report.js";
import { type Subject } from "../subject.js";
import { audit, type Audited } from "./audits.suite.js";

/** A server that hangs for longer has shown what there is to see. Milliseconds. */
const PATIENCE_MS = 20_000;

/** What is asked of every server. */
interface Shown {
  effects: Effect[];
  audited: Audited[];
}

/** The same documents and checks sent to Marquee and to others as they come, all in this run. */
export async function besidePeers(ground: Ground, { quick }: { quick: boolean }): Promise<Finding[]> {
  const dose: Dose = { sizes: quick ? [1_000] : [1_000, 100_000], times: 1, patienceMs: PATIENCE_MS };
  const servers: [string, () => Promise<Subject>][] = [
    ["Marquee", () => startMarquee(ground)],
    ["Apollo Server", startApollo],
    ["Hive Gateway", startHive],
  ];
  const shown: [string, Shown][] = [];
  for (const [name, start] of servers) shown.push([name, await show(start, dose)]);
  return [documentsOf(shown, dose), checksOf(shown)];
}

async function show(start: () => Promise<Subject>, dose: Dose): Promise<Shown> {
  const effects: Effect[] = [];
  let subject = await start();
  try {
    for (const family of FAMILIES) {
      const effect = await sendFamily(subject, family, dose);
      effects.push(effect);
      if (isWell(effect)) continue;
      // One that was knocked over is not asked again.
      await subject.close();
      subject = await start();
    }
    return { effects, audited: await audit(subject) };
  } finally {
    await subject.close();
  }
}

async function sendFamily(subject: Subject, family: Family, dose: Dose): Promise<Effect> {
  const watch = await watchLoop(subject);
  try {
    return await measureFamily(subject, watch, family, dose);
  } finally {
    await watch.close();
  }
}

function isWell({ survived, answers }: Effect): boolean {
  return survived && answers.every(({ said }) => said !== "hung");
}

function documentsOf(shown: readonly [string, Shown][], { sizes }: Dose): Finding {
  const cell = (effect: Effect) => {
    const said = [...new Set(effect.answers.map((answer) => answer.said))].join(", ");
    return [effect.survived ? said : `${said}, ended`, figure(Math.max(effect.blockedMs, 0))];
  };
  return {
    heading: "The same documents elsewhere",
    note: `One document of ${sizes.map((size) => `${size / 1000} KB`).join(" and one of ")} of each family; a server that was knocked over is started anew. Apollo Server 5 by \`startStandaloneServer\` and Hive Gateway 2 (\`proxy\`, before that Apollo Server) as they come, with Marquee's schema over data made in memory, so that what stores and password hashing would cost is not in their figures, and with a heap of 1 GB; Marquee over PostgreSQL. Answers that took longer than ${PATIENCE_MS / 1000} s are "hung". Apollo Router is a binary that npm does not have, and is not shown.`,
    columns: ["family", ...shown.flatMap(([name]) => [name, "blocked ms"])],
    rows: FAMILIES.map(({ name }) => [
      name,
      ...shown.flatMap(([, { effects }]) => effects.filter((each) => each.family === name).flatMap(cell)),
    ]),
    broken: [],
  };
}

function checksOf(shown: readonly [string, Shown][]): Finding {
  const [, { audited: first }] = shown[0]!;
  return {
    heading: "The same checks elsewhere",
    note: "What the auditors' checks flag in each as it comes; Marquee here as its demo, with introspection and playground.",
    columns: ["auditor", "check", ...shown.map(([name]) => name)],
    rows: first.map(({ auditor, check }) => [
      auditor,
      check,
      ...shown.map(([, { audited }]) => {
        const found = audited.find((each) => each.auditor === auditor && each.check === check);
        return found?.flagged ? "flagged" : "no";
      }),
    ]),
    broken: [],
  };
}
