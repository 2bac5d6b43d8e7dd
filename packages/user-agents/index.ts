import Bowser from "bowser";

/** What of a name is shown to a person: it may be anything that somebody sends. */
const SHOWN = /^[\p{L}\p{N}][\p{L}\p{N} .+-]{0,39}/u;
/** Longer texts are nobody's, and looking at them takes time. Characters. */
const MOST_CHARACTERS = 512;

/**
 * What a client calls itself, for a person to recognise: "Firefox on Linux", "Safari on iOS"; of what is no browser the
 * first product it names: "curl".
 *
 * @param userAgent the header `User-Agent` (RFC 9110).
 * @returns null where it says nothing of the kind.
 */
export function describeUserAgent(userAgent: string | undefined): string | null {
  const text = userAgent?.slice(0, MOST_CHARACTERS) ?? "";
  if (text.trim() === "") return null;
  const { browser, os } = Bowser.parse(text);
  const [name = null] = SHOWN.exec(browser.name || text) ?? [];
  return name && os.name ? `${name} on ${os.name}` : name;
}
