import { describe, expect, it } from "vitest";

import { Notices } from "../../datasources/engines/postgres/notices.postgres.js";
import { type Notice } from "../../datasources/engines/postgres/transaction.postgres.js";

const CHANNEL = "a";

describe("notices of what was committed", () => {
  it("tell the first at once, and what comes meanwhile together, equal ones once", async () => {
    const told: Notice[][] = [];
    const notices = new Notices((waiting) => Promise.resolve(told.push(waiting)));
    notices.add({ channel: CHANNEL, payload: "TITLE" });
    expect(told).toEqual([[{ channel: CHANNEL, payload: "TITLE" }]]);
    for (let n = 0; n < 100; n += 1) notices.add({ channel: CHANNEL, payload: n % 2 ? "TITLE" : "WATCH" });
    notices.add({ channel: "b", payload: "TITLE" });
    await notices.settled();
    expect(told.slice(1)).toEqual([
      [
        { channel: CHANNEL, payload: "WATCH" },
        { channel: CHANNEL, payload: "TITLE" },
        { channel: "b", payload: "TITLE" },
      ],
    ]);
  });

  it("go on after one that nobody could be told of", async () => {
    const told: string[] = [];
    let down = true;
    const notices = new Notices(([notice]) => {
      if (down) return Promise.reject(new Error("down"));
      told.push(notice!.payload);
      return Promise.resolve();
    });
    notices.add({ channel: CHANNEL, payload: "lost" });
    await notices.settled();
    down = false;
    notices.add({ channel: CHANNEL, payload: "told" });
    await notices.settled();
    expect(told).toEqual(["told"]);
  });
});
