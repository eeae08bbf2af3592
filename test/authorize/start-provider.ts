import { createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export const AUDIENCE = 'urn:county:hub';

/** A real OpenID Connect provider on a port of its own: client credentials, and JWT access tokens for the hub as a resource. */
export async function startProvider() {
  let handle: RequestListener = (_, response) => void response.writeHead(503).end();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!.replace(/\?.*$/, ''));
    handle(request, response);
  });
  const listen = (port: number) =>
    new Promise<number>((listening) =>
      server.listen(port, '127.0.0.1', () => listening((server.address() as AddressInfo).port)),
    );
  const port = await listen(0);
  const issuer = `http://127.0.0.1:${port}`;
  const secret = randomBytes(24).toString('base64url');
  let keys: { kid: string; key: KeyObject }[] = [];
  let provider!: Provider;
  let extra: Record<string, unknown> = {};
  let life = 600;
  const start = () => {
    provider = new Provider(issuer, {
      clients: [
        {
          client_id: 'clinic-app',
          client_secret: secret,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      jwks: { keys: keys.map(({ kid, key }) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' })) },
      cookies: { keys: ['for-tests'] },
      extraTokenClaims: () => extra,
      features: {
        clientCredentials: { enabled: true },
        devInteractions: { enabled: false },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_: unknown, audience: string) => ({
            scope: 'read',
            audience,
            accessTokenTTL: life,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
    });
    handle = provider.callback();
  };
  const addKey = (kid: string) => {
    keys = [{ kid, key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }, ...keys];
    start();
  };
  addKey('first');
  return {
    issuer,
    /** Paths that were asked for. */
    asked,
    /** The newest signs. */
    addKey,
    removeKey: (kid: string) => {
      keys = keys.filter((each) => each.kid !== kid);
      start();
    },
    jwks: () => ({
      keys: keys.map(({ kid, key }) => ({ ...createPublicKey(key).export({ format: 'jwk' }), kid, use: 'sig' })),
    }),
    keyOf: (kid: string) => keys.find((each) => each.kid === kid)!.key,
    /** An access token as the provider gives it to its client. */
    token: async ({ audience = AUDIENCE, claims = {}, seconds = 600 } = {}): Promise<string> => {
      extra = claims;
      life = seconds;
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`clinic-app:${secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience, scope: 'read' }),
      });
      const answer = (await response.json()) as { access_token?: string };
      if (!answer.access_token) throw new Error(JSON.stringify(answer));
      return answer.access_token;
    },
    /** What the provider signs about who has logged in; it is for the client and for nobody else. */
    idToken: async (claims: Record<string, unknown>): Promise<string> => {
      const token = new provider.IdToken({ sub: 'A1024' }, { client: await provider.Client.find('clinic-app') });
      token.scope = 'openid';
      for (const [name, value] of Object.entries(claims)) token.set(name, value);
      return await token.issue({ use: 'idtoken' });
    },
    /** Answers otherwise than a provider would, until the next key. */
    spoil: (spoiled: RequestListener) => {
      handle = spoiled;
    },
    mend: start,
    goAway: () =>
      new Promise<void>((gone) => {
        server.close(() => gone());
        server.closeAllConnections();
      }),
    comeBack: () => listen(port),
  };
}
