import { readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { TLSSocket } from "node:tls";

import { type Certificate } from "../support/certificates.js";

/** PostgreSQL's clients ask in the clear first whether TLS is spoken: this many bytes, answered by `S`. */
const SSL_REQUEST_BYTES = 8;

/** A proxy that speaks TLS to clients and nothing to the store behind it. */
export async function layTlsWire(target: string, { keyFile, certFile }: Certificate, asksFirst = false) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const secure = (client: Socket) => {
    const plain = connect(Number(port), hostname);
    const tls = new TLSSocket(client, {
      isServer: true,
      key: readFileSync(keyFile),
      cert: readFileSync(certFile),
    });
    tls.on("error", () => plain.destroy()).on("close", () => plain.destroy());
    plain.on("error", () => tls.destroy()).on("close", () => tls.destroy());
    tls.pipe(plain).pipe(tls);
  };
  const listener = createServer((client) => {
    sockets.add(client);
    client.on("error", () => client.destroy()).on("close", () => sockets.delete(client));
    if (!asksFirst) return void secure(client);
    client.once("readable", () => {
      client.read(SSL_REQUEST_BYTES);
      client.write("S");
      secure(client);
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(listener.address() as AddressInfo).port}`,
    close: () => {
      sockets.forEach((socket) => socket.destroy());
      return new Promise((resolve) => listener.close(resolve));
    },
  };
}
