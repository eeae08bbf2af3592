import { WrongSetting } from '../model/wrong-setting.js';

/** Asymmetric ones: with a shared secret whoever verifies could sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;
const TOKEN_TYPES = ['at+jwt', 'JWT'] as const;

export interface OpenIdSettings {
  /** As the provider’s tokens and its description write it, to the letter. */
  readonly issuer: string;
  /** The hub’s own name with the provider. */
  readonly audience: string;
  readonly algorithm: (typeof ALGORITHMS)[number];
  /** `typ` of an access token’s header. @see RFC 9068 §2.1 */
  readonly tokenType: (typeof TOKEN_TYPES)[number];
  /** The claims that name the client and the officer; all others are passed over. */
  readonly clientClaim: string;
  readonly personClaim: string;
}

/** Out of `HUB_OIDC_…`; null where no provider is named. @throws WrongSetting */
export function readOpenIdSettings(environment: NodeJS.ProcessEnv): OpenIdSettings | null {
  const of = (name: string) => environment[`HUB_OIDC_${name}`]?.trim() || null;
  const issuer = of('ISSUER');
  if (issuer === null) return null;
  if (!isReachedSafely(issuer))
    throw new WrongSetting('HUB_OIDC_ISSUER', {
      zh: '须为 https:// 地址，不含查询与片段',
      en: 'must be an https:// address without query or fragment',
    });
  const audience = of('AUDIENCE');
  if (audience === null)
    throw new WrongSetting('HUB_OIDC_AUDIENCE', {
      zh: '须设置：身份提供方的令牌对本枢纽的称呼',
      en: 'must be set: the name that the provider’s tokens call the hub by',
    });
  return {
    issuer,
    audience,
    algorithm: oneOf(ALGORITHMS, 'HUB_OIDC_ALGORITHM', of('ALGORITHM') ?? 'RS256'),
    tokenType: oneOf(TOKEN_TYPES, 'HUB_OIDC_TOKEN_TYPE', of('TOKEN_TYPE') ?? 'at+jwt'),
    clientClaim: claim('HUB_OIDC_CLIENT_CLAIM', of('CLIENT_CLAIM') ?? 'client_id'),
    personClaim: claim('HUB_OIDC_PERSON_CLAIM', of('PERSON_CLAIM') ?? 'act'),
  };
}

/** https; plain http only within this machine, and for keys only where the issuer is within it as well. */
export function isReachedSafely(address: string, issuer = address): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password, search, hash } = new URL(address);
  if (username || password || hash || (address === issuer && search)) return false;
  return protocol === 'https:' || (isOfThisMachine(address) && isOfThisMachine(issuer));
}

const isOfThisMachine = (address: string): boolean =>
  /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?$/.test(new URL(address).origin);

function oneOf<T extends string>(known: readonly T[], name: string, value: string): T {
  const found = known.find((each) => each === value);
  if (found === undefined)
    throw new WrongSetting(name, { zh: `须为 ${known.join('、')} 之一`, en: `must be one of ${known.join(', ')}` });
  return found;
}

/** What tells of a person’s self is no staff number, and would be kept with every reading. */
const PERSONAL = /name|email|phone|birthdate|address/i;

function claim(name: string, value: string): string {
  if (PERSONAL.test(value))
    throw new WrongSetting(name, {
      zh: '不得指向含个人信息的声明',
      en: 'must name a claim that holds no personal data',
    });
  if (!/^[\w:/.-]{1,100}$/.test(value))
    throw new WrongSetting(name, { zh: '须为声明的名称', en: 'must be the name of a claim' });
  return value;
}
