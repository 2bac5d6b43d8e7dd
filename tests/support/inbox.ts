import { SMTPServer } from "smtp-server";
import { expect } from "vitest";

import { PATIENCE } from "./patience.js";

/** A mail as it came. */
export interface ReceivedMail {
  to: string;
  from: string;
  /** By small letters. */
  headers: ReadonlyMap<string, string>;
  subject: string;
  text: string;
}

/** A real SMTP server on a port of its own, which keeps what it takes. */
export interface Inbox {
  url: string;
  mails: readonly ReceivedMail[];
  /** The mails to an address whose text has something in it, once there are so many: they come in any order. */
  mailsTo(address: string, containing?: string, count?: number): Promise<ReceivedMail[]>;
  /** Answers with this code, for an address or for all; undefined: takes mails again. */
  refuse(code: number | undefined, address?: string): void;
  close(): Promise<void>;
}

/** @param secret the password that it lets somebody in with. */
export async function openInbox(secret = "secret"): Promise<Inbox> {
  const mails: ReceivedMail[] = [];
  let refusing: { code: number; address: string | undefined } | undefined;
  const server = new SMTPServer({
    // Its certificate would be nobody's.
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === "marquee" && password === secret
        ? done(null, { user: username })
        : done(new Error("Who are you?")),
    onRcptTo: ({ address }, _session, done) => {
      const refused = refusing && (refusing.address ?? address) === address;
      done(
        refused ? Object.assign(new Error(`Not now, ${address}.`), { responseCode: refusing?.code }) : null,
      );
    },
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        mails.push(readMail(Buffer.concat(chunks).toString(), envelope.rcptTo[0]?.address ?? ""));
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `smtp://marquee:${secret}@127.0.0.1:${port}`,
    mails,
    mailsTo: async (to, containing = "", count = 1) => {
      const found = () => mails.filter((mail) => mail.to === to && mail.text.includes(containing));
      await expect.poll(() => found().length, PATIENCE).toBeGreaterThanOrEqual(count);
      return found();
    },
    refuse: (code, at) => {
      refusing = code === undefined ? undefined : { code, address: at };
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function readMail(raw: string, to: string): ReceivedMail {
  const cut = raw.indexOf("\r\n\r\n");
  const head = raw.slice(0, cut).replace(/\r\n[ \t]+/g, " ");
  const headers = new Map(
    head.split("\r\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = raw.slice(cut + 4);
  const encoding = headers.get("content-transfer-encoding") ?? "7bit";
  const text = decoded(body, encoding)
    .replace(/ \r?\n/g, " ")
    .replaceAll("\r\n", "\n");
  return { to, from: headers.get("from") ?? "", headers, subject: words(headers.get("subject") ?? ""), text };
}

function decoded(body: string, encoding: string): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString();
  return encoding === "quoted-printable" ? printable(body.replace(/=\r?\n/g, "")) : body;
}

function printable(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}

/** Encoded words of a header (RFC 2047). */
function words(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
      kind.toUpperCase() === "B"
        ? Buffer.from(word, "base64").toString()
        : printable(word.replaceAll("_", " ")),
    );
}
