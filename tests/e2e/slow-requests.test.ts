import { once } from "node:events";
import { connect } from "node:net";

import { describe, expect, it } from "vitest";

import { useGateway } from "../support/fixtures.js";

const gateway = useGateway(() => ({ MARQUEE_RECEIVE_SECONDS: "1" }));

/** Everything that the gateway answers on a connection that it then closes. */
async function answerTo(sent: string): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  let answer = "";
  socket.setEncoding("utf8").on("data", (part: string) => (answer += part));
  socket.write(sent);
  await once(socket, "close");
  return answer;
}

describe("a request that does not arrive", () => {
  it.each([
    ["whose header never ends", "POST /graphql HTTP/1.1\r\nhost: localhost\r\nx-slow: "],
    [
      "whose body never ends",
      "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{",
    ],
  ])("%s, is given up", async (_name, sent) => {
    const answer = await answerTo(sent);
    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(answer).toContain('"code":"BAD_REQUEST"');
  });

  it("does not hold up others", async () => {
    const slow = answerTo("POST /graphql HTTP/1.1\r\nhost: localhost\r\n");
    expect((await gateway.ask("{ __typename }")).data).toEqual({ __typename: "Query" });
    await slow;
  });
});
