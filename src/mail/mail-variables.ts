import { z } from "zod";

/** The variables of mails, for the schema of the environment. */
export const MAIL_VARIABLES = {
  MARQUEE_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/.+/, "is not an smtp:// or smtps:// URL")
    .optional(),
  MARQUEE_MAIL_FROM: z.string().regex(/.@./, "names no address").optional(),
  MARQUEE_MAIL_LINK: z
    .string()
    .regex(/^https?:\/\/.*\{token\}/, "is not an http:// or https:// URL with {token} in it")
    .optional(),
};

/** How mails are sent. */
export interface MailSettings {
  /** The server that takes them; null where there is none. */
  smtpUrl: string | null;
  /** What they are from. */
  from: string;
  /** The page that a mail's link leads to, with `{action}` and `{token}` in it; null: the mail says the token alone. */
  link: string | null;
}

/** What demo mails are from, which nobody answers. */
const DEMO_FROM = "Marquee <no-reply@marquee.example>";

export function mailsOf(value: z.infer<z.ZodObject<typeof MAIL_VARIABLES>>): MailSettings {
  return {
    smtpUrl: value.MARQUEE_SMTP_URL ?? null,
    from: value.MARQUEE_MAIL_FROM ?? DEMO_FROM,
    link: value.MARQUEE_MAIL_LINK ?? null,
  };
}

/** Whether mails are to be sent from nobody. */
export function lacksSender({
  MARQUEE_SMTP_URL: url,
  MARQUEE_MAIL_FROM: from,
}: z.infer<z.ZodObject<typeof MAIL_VARIABLES>>): boolean {
  return url !== undefined && from === undefined;
}
