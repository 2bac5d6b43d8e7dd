import { Command } from "commander";

import { wordsOf } from "../../packages/told-errors/index.js";
import { type Config } from "../config.js";

/** Time that a gateway has to say how it is. Milliseconds. */
const PATIENCE_MS = 4_000;

/** `marquee health`. */
export function healthCommand(): Command {
  return new Command("health")
    .description(
      "Say whether the gateway that runs with this configuration serves: exit code 1 where it does not.",
    )
    .addHelpText("after", "\nExamples:\n  marquee health\n  PORT=8080 marquee health")
    .action(async () => {
      const { readConfig } = await import("../config.js");
      const url = readinessUrl(readConfig());
      const { serves, said } = await ask(url);
      console.log(`${url.href}: ${said}`);
      if (!serves) process.exitCode = 1;
    });
}

/** The operators' address says more; where there is none the public one. */
function readinessUrl({ http, operations }: Pick<Config, "http" | "operations">): URL {
  const { host, port } = operations ?? http;
  const scheme = operations === null && http.certificate ? "https" : "http";
  const local = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return new URL(`${scheme}://${local.includes(":") ? `[${local}]` : local}:${port}/readyz`);
}

async function ask(url: URL): Promise<{ serves: boolean; said: string }> {
  const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  return new Promise((resolve) => {
    // The certificate is for the name that clients know, and this is the machine itself.
    const options = { rejectUnauthorized: false, timeout: PATIENCE_MS, agent: false } as const;
    const sent = request(url, options, (answer) => {
      let said = "";
      answer.setEncoding("utf8").on("data", (part: string) => (said += part));
      answer.on("end", () => resolve({ serves: answer.statusCode === 200, said }));
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer")));
    sent.on("error", (error) => resolve({ serves: false, said: wordsOf(error) }));
    sent.end();
  });
}
