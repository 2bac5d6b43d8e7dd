import { expect, it } from "vitest";

import { describeUserAgent } from "../../packages/user-agents/index.js";

it.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Linux"],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Safari on iOS",
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Chrome on Windows",
  ],
  ["curl/8.5.0", "curl"],
  ["node", "node"],
  [undefined, null],
  [" ", null],
  ["<script>alert(1)</script>", null],
])("%s is %s", (agent, expected) => {
  expect(describeUserAgent(agent)).toBe(expected);
});

it("takes no time for what is long", () => {
  const begun = performance.now();
  for (const text of ["x".repeat(100_000), "Mozilla/5.0 (".repeat(10_000), "a/".repeat(50_000)]) {
    expect((describeUserAgent(text) ?? "").length).toBeLessThan(100);
  }
  expect(performance.now() - begun).toBeLessThan(5_000);
});
