import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { TLSSocket } from "node:tls";

/** A certificate for 127.0.0.1 and the authority that signed it, as PEM files. */
export interface Certificate {
  caFile: string;
  keyFile: string;
  certFile: string;
}

/** Makes an authority of one's own with the openssl command. */
export function makeCertificate(): Certificate {
  const folder = mkdtempSync(path.join(tmpdir(), "marquee-tls-"));
  const file = (name: string) => path.join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const key = ["-newkey", "rsa:2048", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-days",
    "2",
    "-subj",
    "/CN=Test authority",
  );
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1");
  writeFileSync(file("names"), "subjectAltName=IP:127.0.0.1\n");
  openssl(
    ...["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-out", "server.pem", "-days", "2", "-extfile", "names"],
  );
  return { caFile: file("ca.pem"), keyFile: file("server.key"), certFile: file("server.pem") };
}

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
