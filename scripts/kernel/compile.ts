import { readFileSync } from "node:fs";
import path from "node:path";

import wabt from "wabt";

import { ROOT } from "../environment.js";

const FOLDER = path.join(ROOT, "packages/similarity");
const SOURCE = "tile-kernel.wat";

/** The module that the kernel is loaded from. */
export const KERNEL_MODULE = path.join(FOLDER, "tile-kernel.wasm.ts");

/** What is to stand in `KERNEL_MODULE`: the source compiled by WABT, in Base64. @throws {Error} where it does not compile. */
export async function kernelModule(): Promise<string> {
  const compiler = await wabt();
  const module = compiler.parseWat(SOURCE, readFileSync(path.join(FOLDER, SOURCE), "utf8"), { simd: true });
  module.validate();
  const { buffer } = module.toBinary({});
  module.destroy();
  const lines = Buffer.from(buffer)
    .toString("base64")
    .match(/.{1,100}/g)!;
  return [
    `/** ${SOURCE}, compiled and in Base64. Made by \`npm run kernel\`: change the source instead. */`,
    "export const TILE_KERNEL =",
    `${lines.map((line) => `  "${line}"`).join(" +\n")};`,
    "",
  ].join("\n");
}
