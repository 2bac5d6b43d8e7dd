import { spawn } from "node:child_process";
import path from "node:path";

import { environment, ROOT } from "../../environment.js";
import { figure, type Finding } from "../report.js";

/** Lines from the end of what a command prints that are kept for the report. */
const KEPT = 12;
// eslint-disable-next-line no-control-regex -- what terminals are told of colours
const COLOURS = /\u001b\[[\d;]*m/g;

/** A suite that is a command of its own: run as it is, and judged by how it ends. */
export async function ownCommand(
  heading: string,
  script: string,
  args: readonly string[],
): Promise<Finding[]> {
  const begun = performance.now();
  const { code, output } = await run([path.join(ROOT, `dist/scripts/${script}.js`), ...args]);
  const seconds = figure((performance.now() - begun) / 1_000);
  const last = output.replace(COLOURS, "").trimEnd().split("\n").slice(-KEPT).join("\n");
  return [
    {
      heading,
      note: `\`npm run test:${script}\`, which ends so:\n\n\`\`\`text\n${last}\n\`\`\``,
      columns: ["ended with", "seconds"],
      rows: [[code, seconds]],
      broken: code === 0 ? [] : [`it ended with ${code}`],
    },
  ];
}

function run(program: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, program, {
      cwd: ROOT,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000)));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
