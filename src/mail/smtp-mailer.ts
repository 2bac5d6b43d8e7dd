import { createTransport, type SendMailOptions } from "nodemailer";

import { MailRefusedError, type Mail, type Mailer } from "./mailer.js";

/** Connections that are kept to the server. */
const CONNECTIONS = 2;
/** Time to connect, to be greeted, and of silence. Milliseconds. */
const TIMES = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
/** From here on a server's code says that trying again is of no use (RFC 5321, 4.2.1). */
const PERMANENT = 500;

/** Sends by SMTP. */
export class SmtpMailer implements Mailer {
  readonly #transport;

  /** @param url `smtp://user:password@host:port`; over TLS where the server offers it, and from the start with `smtps:`. */
  constructor(
    url: string,
    private readonly from: string,
  ) {
    this.#transport = createTransport({ url, pool: true, maxConnections: CONNECTIONS, ...TIMES });
  }

  async send(mail: Mail): Promise<void> {
    try {
      await this.#transport.sendMail(messageOf(mail, this.from));
    } catch (error) {
      const { code, responseCode = 0 } = error as { code?: string; responseCode?: number };
      // Of the address; what is wrong with us (a password) is mended some time.
      if (code === "EENVELOPE" && responseCode >= PERMANENT)
        throw new MailRefusedError(`refused with ${responseCode}`);
      throw error;
    }
  }

  close(): void {
    this.#transport.close();
  }
}

/** A mail as it is written down. */
export function messageOf({ id, to, subject, text, language }: Mail, from: string): SendMailOptions {
  const headers = { "Content-Language": language, "Auto-Submitted": "auto-generated" };
  return { from, to, subject, text, headers, messageId: `<${id}@${domainOf(from)}>` };
}

function domainOf(from: string): string {
  return /@([^\s>]+)/.exec(from)?.[1] ?? "marquee.invalid";
}
