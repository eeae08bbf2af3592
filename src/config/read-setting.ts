import { WrongSetting } from '../model/wrong-setting.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws WrongSetting */
export function oneOf<T extends string>(environment: Environment, name: string, known: readonly T[], usual: T): T {
  const stated = environment[name] || usual;
  const found = known.find((each) => each === stated);
  if (found !== undefined) return found;
  throw new WrongSetting(name, { zh: `须为 ${known.join(' 或 ')}`, en: `must be ${known.join(' or ')}` }, stated);
}

/** @throws WrongSetting */
export function whole(environment: Environment, name: string, usual: number, from = 0): number {
  const stated = environment[name] || String(usual);
  if (/^\d{1,9}$/.test(stated) && Number(stated) >= from) return Number(stated);
  const [zh, en] = from === 0 ? ['整数', 'a whole number'] : [`不小于 ${from} 的整数`, `a whole number from ${from}`];
  throw new WrongSetting(name, { zh: `须为${zh}`, en: `must be ${en}` }, stated);
}

/** Null where none is set. What was set is not told: an address may hold a password. @throws WrongSetting */
export function addressOf(environment: Environment, name: string, protocols: readonly string[]): string | null {
  const stated = environment[name] || null;
  if (stated === null) return null;
  if (URL.canParse(stated) && protocols.includes(new URL(stated).protocol)) return stated;
  const begun = protocols.map((protocol) => `${protocol}//`);
  throw new WrongSetting(name, {
    zh: `须为以 ${begun.join(' 或 ')} 开头的地址（密码中的 #、/、? 等写作 %23、%2F、%3F）`,
    en: `must be an address that begins with ${begun.join(' or ')} (in a password, write #, / and ? as %23, %2F and %3F)`,
  });
}
