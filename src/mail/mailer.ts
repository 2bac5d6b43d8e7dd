/** A mail as it is sent. */
export interface Mail {
  /** The same for the same mail, however often it is sent: servers and readers may know it again. */
  id: string;
  to: string;
  subject: string;
  text: string;
  /** BCP 47. */
  language: string;
}

/** Takes mails to where they are read. */
export interface Mailer {
  /**
   * @throws MailRefusedError where it will never be taken.
   * @throws Error where it may be taken later.
   */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** The server does not take mails for this address, now or later. */
export class MailRefusedError extends Error {}
