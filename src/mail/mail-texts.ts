import { type MailKind, type MailLanguage } from "../../datasources/core/vocabulary.js";
import { type DueMail } from "../../datasources/mail/mails.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Mail } from "./mailer.js";

/** What a mail says; `{name}` is the tenant's, `{open}` its link, or the token where there are no links. */
interface Text {
  subject: string;
  body: readonly string[];
}

const TEXTS: Readonly<Record<MailLanguage, Readonly<Record<MailKind, Text>>>> = {
  en: {
    RESET: {
      subject: "A new password for {name}",
      body: [
        "Somebody, probably you, wants to set a new password for your account with {name}.",
        "{open}",
        "It works once, within an hour. If it was not you, there is nothing to do: your password stays as it is.",
      ],
    },
    VERIFY: {
      subject: "Is this your address?",
      body: [
        "This address was given for an account with {name}. Confirm that it is yours:",
        "{open}",
        "It works once, within three days. If it was not you, there is nothing to do.",
      ],
    },
    PASSWORD_CHANGED: {
      subject: "Your password was changed",
      body: [
        "The password of your account with {name} was changed, and every other device was signed out.",
        "If it was not you, set a new password at once.",
      ],
    },
    EMAIL_CHANGING: {
      subject: "Your address is to be changed",
      body: [
        "Your account with {name} is to have another address. It changes as soon as the new address is confirmed.",
        "If it was not you, change your password at once.",
      ],
    },
  },
  de: {
    RESET: {
      subject: "Ein neues Passwort für {name}",
      body: [
        "Jemand, vermutlich Sie, möchte für Ihr Konto bei {name} ein neues Passwort festlegen.",
        "{open}",
        "Das geht einmal und innerhalb einer Stunde. Wenn Sie es nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.",
      ],
    },
    VERIFY: {
      subject: "Ist das Ihre Adresse?",
      body: [
        "Diese Adresse wurde für ein Konto bei {name} angegeben. Bestätigen Sie, dass es Ihre ist:",
        "{open}",
        "Das geht einmal und innerhalb von drei Tagen. Wenn Sie es nicht waren, müssen Sie nichts tun.",
      ],
    },
    PASSWORD_CHANGED: {
      subject: "Ihr Passwort wurde geändert",
      body: [
        "Das Passwort Ihres Kontos bei {name} wurde geändert, und alle anderen Geräte wurden abgemeldet.",
        "Wenn Sie es nicht waren, legen Sie sofort ein neues Passwort fest.",
      ],
    },
    EMAIL_CHANGING: {
      subject: "Ihre Adresse soll geändert werden",
      body: [
        "Ihr Konto bei {name} soll eine andere Adresse bekommen. Sie gilt, sobald sie bestätigt ist.",
        "Wenn Sie es nicht waren, ändern Sie sofort Ihr Passwort.",
      ],
    },
  },
  fr: {
    RESET: {
      subject: "Un nouveau mot de passe pour {name}",
      body: [
        "Quelqu’un, sans doute vous, souhaite définir un nouveau mot de passe pour votre compte {name}.",
        "{open}",
        "Cela fonctionne une seule fois, dans l’heure. Si ce n’était pas vous, il n’y a rien à faire : votre mot de passe ne change pas.",
      ],
    },
    VERIFY: {
      subject: "Est-ce votre adresse ?",
      body: [
        "Cette adresse a été donnée pour un compte {name}. Confirmez qu’elle est à vous :",
        "{open}",
        "Cela fonctionne une seule fois, dans les trois jours. Si ce n’était pas vous, il n’y a rien à faire.",
      ],
    },
    PASSWORD_CHANGED: {
      subject: "Votre mot de passe a été changé",
      body: [
        "Le mot de passe de votre compte {name} a été changé, et tous les autres appareils ont été déconnectés.",
        "Si ce n’était pas vous, définissez tout de suite un nouveau mot de passe.",
      ],
    },
    EMAIL_CHANGING: {
      subject: "Votre adresse va être changée",
      body: [
        "Votre compte {name} va avoir une autre adresse, dès qu’elle sera confirmée.",
        "Si ce n’était pas vous, changez tout de suite votre mot de passe.",
      ],
    },
  },
  es: {
    RESET: {
      subject: "Una nueva contraseña para {name}",
      body: [
        "Alguien, probablemente usted, quiere establecer una nueva contraseña para su cuenta de {name}.",
        "{open}",
        "Funciona una sola vez y durante una hora. Si no ha sido usted, no tiene que hacer nada: su contraseña no cambia.",
      ],
    },
    VERIFY: {
      subject: "¿Es esta su dirección?",
      body: [
        "Se ha indicado esta dirección para una cuenta de {name}. Confirme que es suya:",
        "{open}",
        "Funciona una sola vez y durante tres días. Si no ha sido usted, no tiene que hacer nada.",
      ],
    },
    PASSWORD_CHANGED: {
      subject: "Su contraseña ha cambiado",
      body: [
        "La contraseña de su cuenta de {name} ha cambiado, y se ha cerrado la sesión en los demás dispositivos.",
        "Si no ha sido usted, establezca enseguida una nueva contraseña.",
      ],
    },
    EMAIL_CHANGING: {
      subject: "Su dirección va a cambiar",
      body: [
        "Su cuenta de {name} va a tener otra dirección, en cuanto se confirme.",
        "Si no ha sido usted, cambie enseguida su contraseña.",
      ],
    },
  },
  ja: {
    RESET: {
      subject: "{name} の新しいパスワード",
      body: [
        "{name} のアカウントに新しいパスワードを設定する手続きが行われました。",
        "{open}",
        "一度だけ、1時間以内に有効です。お心当たりがない場合は何もしなくてかまいません。パスワードは変わりません。",
      ],
    },
    VERIFY: {
      subject: "メールアドレスの確認",
      body: [
        "このメールアドレスが {name} のアカウントに登録されました。ご本人のものであることを確認してください。",
        "{open}",
        "一度だけ、3日以内に有効です。お心当たりがない場合は何もしなくてかまいません。",
      ],
    },
    PASSWORD_CHANGED: {
      subject: "パスワードが変更されました",
      body: [
        "{name} のアカウントのパスワードが変更され、ほかのすべての端末からログアウトされました。",
        "お心当たりがない場合は、すぐに新しいパスワードを設定してください。",
      ],
    },
    EMAIL_CHANGING: {
      subject: "メールアドレスの変更",
      body: [
        "{name} のアカウントのメールアドレスの変更が申し込まれました。新しいアドレスが確認されると変更されます。",
        "お心当たりがない場合は、すぐにパスワードを変更してください。",
      ],
    },
  },
};

/** What a mail's link is for, as it stands in `{action}`. */
const ACTIONS: Readonly<Record<MailKind, string>> = {
  RESET: "reset-password",
  VERIFY: "verify-email",
  PASSWORD_CHANGED: "",
  EMAIL_CHANGING: "",
};

/** A mail in its account's language. @param link with `{action}` and `{token}` in it; null: the token stands by itself. */
export function writtenMail(
  { id, kind, email, language }: DueMail,
  tenant: Pick<Tenant, "name">,
  token: string,
  link: string | null,
): Mail {
  const { subject, body } = TEXTS[language][kind];
  const open = (link ?? "{token}").replace("{action}", ACTIONS[kind]).replace("{token}", token);
  const filled = (text: string) =>
    text.replace(/\{(name|open)\}/g, (_, which) => (which === "name" ? tenant.name : open));
  return { id, to: email, subject: filled(subject), text: `${filled(body.join("\n\n"))}\n`, language };
}
