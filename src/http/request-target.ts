/** What a request line asks for. */
export interface RequestTarget {
  /** Path and query; `*` for the server as a whole. */
  path: string;
  /** The host that the line itself names, which counts for more than the `Host` header; null: none. */
  authority: string | null;
}

/** Reads the target of a request line: RFC 9112, section 3.2; proxies are asked in the absolute form, and may pass it on. */
export function readTarget(target: string): RequestTarget {
  // What clients send that know of no proxy, and nearly all that is sent.
  if (target.startsWith("/")) return { path: target, authority: null };
  const [, authority, rest = ""] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target) ?? [];
  if (authority === undefined) return { path: target, authority: null };
  return { path: rest.startsWith("/") ? rest : `/${rest}`, authority };
}
