import { createPrivateKey, X509Certificate } from "node:crypto";
import { unwatchFile, watchFile } from "node:fs";
import { readFile } from "node:fs/promises";
import { type Server } from "node:net";
import { createSecureContext, Server as SecureServer } from "node:tls";

import { wordsOf } from "../../packages/told-errors/index.js";
import { StartupError } from "../../packages/process/startup-error.js";

/** Where a listener's certificate is, as PEM: with the authorities between in one file, the key in another. */
export interface CertificateFiles {
  cert: string;
  key: string;
}

/** A certificate that fits its key. */
export interface Certificate {
  cert: Buffer;
  key: Buffer;
  /** Until when it is good. */
  validTo: Date;
}

/** How often files are looked at. They may be links that are laid anew, of which nothing tells. Milliseconds. */
const LOOK_MS = 1_000;

/**
 * Reads a certificate and its key.
 *
 * @throws StartupError that says which file, or that the two do not belong together.
 */
export async function readCertificate(files: CertificateFiles): Promise<Certificate> {
  const [cert, key] = [
    await read("MARQUEE_TLS_CERT_FILE", files.cert),
    await read("MARQUEE_TLS_KEY_FILE", files.key),
  ];
  const parsed = parse("MARQUEE_TLS_CERT_FILE", files.cert, () => new X509Certificate(cert));
  const privateKey = parse("MARQUEE_TLS_KEY_FILE", files.key, () => createPrivateKey(key));
  if (!parsed.checkPrivateKey(privateKey))
    throw new StartupError(`MARQUEE_TLS_KEY_FILE: "${files.key}" is not the key of "${files.cert}".`);
  // What the rest of the file holds is read only now.
  parse("MARQUEE_TLS_CERT_FILE", files.cert, () => createSecureContext({ cert, key }));
  return { cert, key, validTo: new Date(parsed.validTo) };
}

async function read(variable: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code = "no file" } = error as NodeJS.ErrnoException;
    throw new StartupError(`${variable}: "${file}" cannot be read (${code}).`);
  }
}

function parse<T>(variable: string, file: string, make: () => T): T {
  try {
    return make();
  } catch {
    throw new StartupError(`${variable}: "${file}" holds no PEM that can be used.`);
  }
}

/** Has a listener show what its files hold. */
export interface KeptCertificate {
  /** Reads the files again. What cannot be used is told, and the one before goes on being shown. */
  reload(): Promise<void>;
  stop(): void;
}

/**
 * Keeps a listener's certificate what its files hold, whenever they change: connections that are open go on, new ones
 * are shown the new one.
 *
 * @param files null: it speaks in the clear, and there is nothing to keep.
 * @param tell one line for each change, and for each that cannot be used.
 */
export function keepCertificate(
  server: Server,
  files: CertificateFiles | null,
  tell: (line: string) => void,
): KeptCertificate {
  if (files === null || !(server instanceof SecureServer)) return { reload: async () => {}, stop: () => {} };
  const reload = async () => {
    try {
      const { cert, key, validTo } = await readCertificate(files);
      server.setSecureContext({ cert, key });
      tell(`The listener shows another certificate now, good until ${validTo.toISOString()}.`);
    } catch (error) {
      tell(`The certificate of before goes on being shown: ${wordsOf(error)}`);
    }
  };
  const changed = () => void reload();
  const watched = [files.cert, files.key];
  for (const file of watched) watchFile(file, { interval: LOOK_MS, persistent: false }, changed);
  return {
    reload,
    stop: () => {
      for (const file of watched) unwatchFile(file, changed);
    },
  };
}
