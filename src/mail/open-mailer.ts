import path from "node:path";

import { type Config } from "../config.js";
import { FolderMailer } from "./folder-mailer.js";
import { type Mailer } from "./mailer.js";
import { SmtpMailer } from "./smtp-mailer.js";

/**
 * The configured server; without one the embedded demo has its mails written to a folder, and everybody else sends none.
 *
 * @param told what is written where, in one line.
 */
export function openMailer(
  config: Pick<Config, "mail" | "demo" | "dataFolder">,
  told: (line: string) => void,
): Mailer | null {
  const { smtpUrl, from } = config.mail;
  if (smtpUrl !== null) return new SmtpMailer(smtpUrl, from);
  return config.demo ? new FolderMailer(path.join(config.dataFolder, "mails"), from, told) : null;
}
