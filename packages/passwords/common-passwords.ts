let common: Promise<ReadonlySet<string>> | undefined;

/**
 * Whether a password is among the 49,000 that leaks have shown to be the most used, in any case. The list is that of
 * zxcvbn-ts (@zxcvbn-ts/language-common, MIT); it is read when it is first asked for.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  return (await (common ??= readList())).has(password.normalize("NFC").toLowerCase());
}

async function readList(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import("@zxcvbn-ts/language-common");
  return new Set(dictionary["passwords-common"]);
}
