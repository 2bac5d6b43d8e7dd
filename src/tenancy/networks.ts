import { BlockList, isIP } from "node:net";

/** Parts of an IPv6 address, of 16 bits each. */
const GROUPS = 8;

/** Whether a text is a network, `10.0.0.0/8`, or a single address. */
export function isNetwork(text: string): boolean {
  const [address = "", length, ...more] = text.split("/");
  const bits = isIP(address) === 4 ? 32 : 128;
  if (isIP(address) === 0 || more.length > 0) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
}

/** What tells whether an address is in one of the networks; IPv4 also where it is written as IPv6. */
export function inNetworks(networks: readonly string[]): (address: string | undefined) => boolean {
  // Looking into an empty list takes as long as into another.
  if (networks.length === 0) return () => false;
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", length] = network.split("/");
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    list.addSubnet(address, Number(length ?? (family === "ipv4" ? 32 : 128)), family);
  }
  return (address = "") => isIP(address) !== 0 && list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
}

/**
 * Whose address it is, as far as can be told: an IPv4 address, also where it is written as IPv6; of IPv6 the first 64
 * bits, behind which a single client has all addresses to itself (RFC 6177).
 *
 * @param address as Node.js writes it.
 */
export function networkOf(address: string): string {
  const [, v4] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (v4 !== undefined || isIP(address) !== 6) return v4 ?? address;
  const [head = "", tail = ""] = address.split("::").map((part) => part.split("%")[0]);
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const missing = Math.max(0, GROUPS - groups(head).length - groups(tail).length);
  const all = [...groups(head), ...Array.from({ length: missing }, () => "0"), ...groups(tail)];
  return `${all.slice(0, GROUPS / 2).join(":")}::/64`;
}

/**
 * Who can be one and the same behind many addresses: of an IPv4 address its /24; of IPv6 the /48, which is what a site is
 * given at most (RFC 6177).
 *
 * @param network as `networkOf` answers it.
 */
export function siteOf(network: string): string {
  const [separator, groups] = network.includes(":") ? [":", GROUPS - 5] : [".", 3];
  return network.split(separator).slice(0, groups).join(separator);
}
