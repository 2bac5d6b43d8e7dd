import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { createTransport } from "nodemailer";

import { type Mail, type Mailer } from "./mailer.js";
import { messageOf } from "./smtp-mailer.js";

/** Writes mails into a folder, as a mail program would open them: nobody gets them. For the demo. */
export class FolderMailer implements Mailer {
  readonly #transport = createTransport({ streamTransport: true, buffer: true });

  /** @param told where each was written, in one line. */
  constructor(
    private readonly folder: string,
    private readonly from: string,
    private readonly told: (line: string) => void,
  ) {}

  async send(mail: Mail): Promise<void> {
    const { message } = await this.#transport.sendMail(messageOf(mail, this.from));
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const name = `${mail.id}.eml`;
    await writeFile(path.join(this.folder, name), message as Buffer, { mode: 0o600 });
    this.told(`No SMTP server is set, so a mail was written into the data folder: mails/${name}`);
  }

  close(): void {}
}
