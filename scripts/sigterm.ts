// What `npm run test:sigterm` runs: clients keep asking, by way of a balancer that sends new connections to gateways that
// say they are ready, while one gateway after the other is replaced by SIGTERM. No request may fail. Ends with 1 otherwise.
import { parseArgs } from "node:util";

import { BalancedLoad } from "./pressure/balanced-load.js";
import { message } from "./pressure/connection.js";
import { type Gateway, makeGround } from "./pressure/ground.js";

const HELP = `Usage: npm run test:sigterm -- [options]

  --times N       how often a gateway is replaced (default 100)
  --clients N     that ask at once, each on a connection that is kept alive (default 16)
`;

const QUERY = "{ titles(first: 30) { edges { node { id name credits { role person { name } } } } } }";
/** For how long a gateway is to be found not ready before it goes. */
const NOTICE_SECONDS = "1";

const { values: args } = parseArgs({
  options: {
    times: { type: "string", default: "100" },
    clients: { type: "string", default: "16" },
    help: { type: "boolean", default: false },
  },
});
if (args.help) console.log(HELP);
else process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const ground = await makeGround(["meridian"]);
  // The crowd is to be answered, not refused: what is looked at is the end of connections.
  const start = () => ground.start({ MARQUEE_NOTICE_SECONDS: NOTICE_SECONDS, MARQUEE_QUEUE_MS: "30000" });
  const load = new BalancedLoad([await start()], message(QUERY, { "x-marquee-tenant": "meridian" }));
  const codes = new Map<number | null, number>();
  try {
    load.begin(Number(args.clients));
    for (let n = 0; n < Number(args.times); n += 1) {
      const [old] = load.gateways as [Gateway];
      load.gateways.push(await start());
      const code = await old.stop();
      load.gateways.shift();
      codes.set(code, (codes.get(code) ?? 0) + 1);
      if ((n + 1) % 10 === 0)
        console.log(`${n + 1} times: ${load.times.length} answered, ${load.failures.length} failed`);
    }
  } finally {
    await load.end();
    for (const gateway of load.gateways) await gateway.stop();
    await ground.close();
  }
  console.log(
    `${args.times} × SIGTERM: ${load.times.length} answered, ${load.failures.length} failed, exit codes`,
    codes,
  );
  for (const failure of load.failures.slice(0, 10)) console.log(failure);
  return load.failures.length === 0 && load.times.length > 0 && [...codes.keys()].every((code) => code === 0);
}
