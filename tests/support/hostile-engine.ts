import { createServer } from "node:http";
import { type AddressInfo } from "node:net";

/** An HTTP server that answers every request as OpenSearch refuses one, with words of the server's own. */
export async function startHostileEngine(
  words: string,
): Promise<{ port: number; asked(): number; close(): Promise<void> }> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    request.resume();
    const reason = `failed to parse field [synopsis] in document with id '${words}': [${words}] "${words}"`;
    const error = { type: "mapper_parsing_exception", reason, root_cause: [{ type: "x", reason }] };
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ error, status: 400 }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked: () => asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
