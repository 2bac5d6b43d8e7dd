import { Command } from "commander";

/** `marquee serve`. */
export function serveCommand(): Command {
  return new Command("serve")
    .description("Serve the GraphQL gateway. Seeds the demo tenants first where nothing has been seeded yet.")
    .addHelpText("after", "\nExamples:\n  marquee serve\n  PORT=8080 HOST=0.0.0.0 marquee serve")
    .action(async () => {
      const [{ serve }, { readConfig }] = await Promise.all([import("../main.js"), import("../config.js")]);
      await serve(readConfig());
    });
}
