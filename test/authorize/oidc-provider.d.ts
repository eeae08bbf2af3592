/** As much of the provider as the tests use; it brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export default class Provider {
    constructor(issuer: string, settings: Record<string, unknown>);
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    readonly Client: { find(id: string): Promise<unknown> };
    readonly IdToken: new (
      claims: Record<string, unknown>,
      of: { client: unknown },
    ) => { scope: string; set(name: string, value: unknown): void; issue(of: { use: 'idtoken' }): Promise<string> };
  }
}
