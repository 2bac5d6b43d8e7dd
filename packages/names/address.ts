import { domainToASCII, domainToUnicode } from "node:url";

import { withoutUnseen } from "./names.js";

/** Characters of an address, and of what stands before its @ (RFC 5321, 4.5.3.1). */
const MOST = 254;
const MOST_BEFORE = 64;

/** Unquoted, as RFC 5322 (3.2.3) has it, with the letters of RFC 6532: what is seen and no space. */
const ATOM =
  "(?:[\\w!#$%&'*+/=?^`{|}~-]|[^\\p{ASCII}\\s\\u2800\\p{Cc}\\p{Cf}\\p{Cs}\\p{Default_Ignorable_Code_Point}])+";
const BEFORE = new RegExp(`^${ATOM}(?:\\.${ATOM})*$`, "u");

/** What may stand in a domain as it is typed: joiners where UTS 46 finds them between letters that they change. */
const TYPED =
  /^(?:[a-z0-9.-]|[\u200C\u200D]|[^\p{ASCII}\s\u2800\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}])+$/iu;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
/** Two labels or more, the last of which is no number: that would be the address of a host. */
const HOST = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*\\.(?![0-9]+$)${LABEL}$`);

/**
 * The one form of an e-mail address: Unicode NFC, without blanks around it, its domain in letters, small ones, however
 * that is written (UTS 46, `xn--…` included).
 *
 * @returns null where it is none, or holds what nobody sees.
 */
export function canonicalAddress(typed: string): string | null {
  const { before, domain } = parts(typed.normalize("NFC").trim());
  const ascii = asciiDomain(domain);
  if (ascii === null || before.length > MOST_BEFORE || !BEFORE.test(before)) return null;
  const address = `${before}@${domainToUnicode(ascii)}`;
  return address.length <= MOST && before.length + ascii.length < MOST ? address : null;
}

/** What somebody types to be looked up: the one form of an address, else without what nobody sees. Never refused. */
export function tidyAddress(typed: string): string {
  const seen = withoutUnseen(typed.normalize("NFC")).trim();
  return canonicalAddress(seen) ?? seen;
}

/**
 * In which forms an address may be kept that is typed so, each once: in the one form, first; and as addresses were kept
 * before domains had one: by its `xn--…`, in the letters that it was typed in, and with what nobody sees.
 */
export function addressForms(typed: string): [string, ...string[]] {
  const tidy = tidyAddress(typed);
  const { before, domain } = parts(tidy);
  const ascii = asciiDomain(domain);
  const seen = withoutUnseen(typed.normalize("NFC")).trim();
  const others = new Set([...(ascii === null ? [] : [`${before}@${ascii}`]), seen, typed.trim()]);
  others.delete(tidy);
  return [tidy, ...others];
}

function parts(address: string): { before: string; domain: string } {
  const at = address.lastIndexOf("@");
  return { before: address.slice(0, Math.max(at, 0)), domain: address.slice(at + 1) };
}

/** A label that says that it stands for letters, and stands for none: Node 20 finds it no name, Node 24 leaves it. */
const UNDECODED = /(?:^|\.)xn--/;

/** The name of a host in ASCII, small letters; null where it is none. */
function asciiDomain(domain: string): string | null {
  if (!TYPED.test(domain)) return null;
  const ascii = domainToASCII(domain);
  return HOST.test(ascii) && !UNDECODED.test(domainToUnicode(ascii)) ? ascii : null;
}
