import { ask } from "../../scripts/abuse/ask.js";
import { type Marquee } from "../../scripts/abuse/ground.js";
import { median } from "./generators.js";
import { emailOf, type TenantsGround } from "./ground.js";
import { finding, type Finding } from "../findings.js";
import { compare } from "./two-samples.js";

/** Sign-ins of each kind, and those before that warm up. */
const PAIRS = 400;
const WARM_UP = 20;
/** Sign-ins from one network of the client: those that it has before it is no newcomer (src/budgets/sign-in-guesses.ts). */
const OF_NETWORK = 20;
/** Accepted: nothing tells them apart by chance of 1 in 100, and how well one could guess is within this of a coin. */
const MOST_OFF = 0.1;
const LEAST_P = 0.01;

/** Whether a wrong password takes longer, or shorter, for an account than for an address that has none. */
export async function timing(ground: TenantsGround): Promise<Finding> {
  const gateway = await ground.start();
  try {
    const [known, unknown]: [number[], number[]] = [[], []];
    let sent = 0;
    for (let pair = -WARM_UP; pair < PAIRS; pair += 1) {
      const kinds = Math.random() < 0.5 ? [true, false] : [false, true];
      for (const isKnown of kinds) {
        const email = isKnown ? emailOf(500 + pair) : `person${5_000 + pair}@example.com`;
        const ms = await timeOf(gateway, ground.guessed.slug, email, (sent += 1));
        if (pair >= 0) (isKnown ? known : unknown).push(ms);
      }
    }
    const { auc, low, high, p } = compare(known, unknown);
    const same = p >= LEAST_P && low >= 0.5 - MOST_OFF && high <= 0.5 + MOST_OFF;
    return finding({
      heading: "Whether time tells an account from none",
      note: `${PAIRS} wrong passwords for accounts and as many for addresses without one, each another, in pairs of which either is first by lot, one after the other on a connection of its own. AUC is how likely an account takes longer than none: 0.5 where nothing tells them apart. Accepted: p of the Mann-Whitney U test (two-sided) is at least ${LEAST_P}, and the 95 % interval of the AUC (Hanley and McNeil 1982) lies within ${0.5 - MOST_OFF} and ${0.5 + MOST_OFF}.`,
      columns: ["sign-ins of each", "account, median ms", "none, median ms", "AUC", "95 % interval", "p"],
      rows: [
        [
          PAIRS,
          median(known),
          median(unknown),
          auc.toFixed(3),
          `${low.toFixed(3)} to ${high.toFixed(3)}`,
          p.toFixed(3),
        ],
      ],
      missed: same ? [] : ["time tells them apart"],
    });
  } finally {
    await gateway.close();
  }
}

async function timeOf(gateway: Marquee, tenant: string, email: string, n: number): Promise<number> {
  const query = "mutation ($input: SignInInput!) { signIn(input: $input) { errors { code } } }";
  const { ms, data } = await ask(gateway, query, {
    variables: { input: { email, password: "not the password" } },
    headers: { "x-marquee-tenant": tenant },
    from: `127.80.${1 + Math.floor(n / OF_NETWORK)}.1`,
  });
  const { errors } = data?.signIn as { errors: { code: string }[] };
  if (errors[0]?.code !== "BAD_CREDENTIALS") throw new Error(`A sign-in was answered ${errors[0]?.code}`);
  return ms;
}
