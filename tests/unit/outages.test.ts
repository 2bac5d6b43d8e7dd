import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";

import { describe, expect, it } from "vitest";

import { isMongoOutage } from "../../datasources/engines/mongodb/outage.mongodb.js";

/** What a socket says that is written to after the other side has closed it. */
async function writtenTooLate(): Promise<unknown> {
  const server = createServer((socket) => socket.end()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").resume();
  await once(socket, "end");
  const failed = new Promise((resolve) => socket.once("error", resolve));
  socket.write("late");
  return failed.finally(() => server.close());
}

describe("a write to a server that has just gone", () => {
  it("is an outage of MongoDB", async () => {
    const error = await writtenTooLate();
    expect(error).toMatchObject({ code: "EPIPE" });
    expect(isMongoOutage(error)).toBe(true);
  });

  it("is told from what was asked wrongly", () => {
    expect(isMongoOutage(new TypeError("no such field"))).toBe(false);
  });
});
