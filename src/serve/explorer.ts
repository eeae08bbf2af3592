import { renderGraphiQL } from '@graphql-yoga/render-graphiql';

/** The in-browser explorer. Off unless the hub shows made-up data. */
export interface Explorer {
  /** The query it opens with. */
  readonly query: string;
  /** Sent with each request: a demo token. A function is asked each time the page is opened, for a token does not live long. */
  readonly headers: Headers | (() => Promise<Headers>);
}

type Headers = Readonly<Record<string, string>>;

/** One page with everything in it: it works without the internet, and asks nothing of anybody but this server. */
export async function renderExplorer({ query, headers }: Explorer): Promise<string> {
  return renderGraphiQL({
    title: '县级数据枢纽 · Grid Hub',
    endpoint: '/graphql',
    defaultQuery: query,
    headers: JSON.stringify(typeof headers === 'function' ? await headers() : headers, null, 2),
    additionalHeaders: {},
    disablePersistence: true,
  } as never);
}

/** What the page may load: itself. Its editor runs in workers made from the page's own text. */
export const EXPLORER_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
