import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, afterEach, describe, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { page } from "../support/documentation.js";
import { canBeNobody, freePort, killRunning, nobody, startMarquee } from "../support/process.js";

const IMAGE =
  page("Dockerfile")
    .text.split(/^FROM /m)
    .at(-1) ?? "";
/** What the image has beside its packages: from where in the project, to where. */
const COPIED = [...IMAGE.matchAll(/^COPY --from=build \/marquee\/(\S+) (\S+)$/gm)].map(
  ([, from = "", to = ""]) => [from, to.endsWith("/") ? to + path.basename(from) : to] as const,
);

const folders: string[] = [];
const makeFolder = () => {
  const folder = mkdtempSync(path.join(tmpdir(), "marquee-image-"));
  folders.push(folder);
  return folder;
};
afterEach(killRunning);
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

describe("the image", () => {
  it("has all that it runs, and an ordinary user", () => {
    expect(COPIED.map(([from]) => from)).toEqual(expect.arrayContaining(["package.json", "bin", "dist"]));
    expect(IMAGE).toMatch(/^USER node$/m);
    expect(IMAGE).toMatch(/^HEALTHCHECK /m);
  });

  it("is run on a file system that cannot be written, without capabilities", () => {
    const [, gateway = ""] = /^ {2}gateway:\n((?: {4}.*\n|\n)+)/m.exec(page("compose.yaml").text) ?? [];
    for (const line of [
      "read_only: true",
      "cap_drop: [ALL]",
      'security_opt: ["no-new-privileges:true"]',
      "pids_limit: 256",
      'tmpfs: ["/tmp:noexec,nosuid,nodev,size=64m"]',
    ])
      expect(gateway.split("\n").map((each) => each.trim())).toContain(line);
  });
});

describe.runIf(canBeNobody())("what is in the image", () => {
  it("serves as an ordinary user who cannot write any of it, and says how it is", async () => {
    const image = makeFolder();
    for (const [from, to] of COPIED)
      cpSync(path.join(packageRoot(), from), path.join(image, to), { recursive: true });
    symlinkSync(path.join(packageRoot(), "node_modules"), path.join(image, "node_modules"));
    execFileSync("chmod", ["-R", "a-w,a+rX", image]);
    const data = makeFolder();
    execFileSync("chown", ["nobody", data]);
    const [port, operations] = [await freePort(), await freePort()];
    const run = (...args: string[]) =>
      startMarquee(args, {
        root: image,
        cwd: image,
        env: {
          HOME: "/nonexistent",
          MARQUEE_DATA: data,
          MARQUEE_DEMO: "false",
          PORT: String(port),
          MARQUEE_OPERATIONS_PORT: String(operations),
        },
        ...nobody(),
      });
    const gateway = run("serve");
    await gateway.says("Ctrl-C stops it.");
    expect((await fetch(`http://127.0.0.1:${port}/`)).headers.get("content-type")).toMatch(/^text\/html/);
    const health = run("health");
    expect(await health.ended(), health.output()).toEqual({ code: 0, signal: null });
    expect(health.output()).toMatch(/\/readyz: .*"status":"ready"/);
    gateway.signal("SIGTERM");
    expect(await gateway.ended()).toEqual({ code: 0, signal: null });
    const after = run("health");
    expect(await after.ended()).toEqual({ code: 1, signal: null });
    expect(after.output()).toContain("ECONNREFUSED");
  });
});
