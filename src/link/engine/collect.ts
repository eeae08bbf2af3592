import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let gc: (() => void) | null = null;

/**
 * Has V8 collect at once what this thread has let go of. Left to itself it looks at what its own objects take, of which millions of rows in
 * arrays have next to none, and keeps hundreds of megabytes of arrays that nobody reads any more.
 */
export function collect(): void {
  gc ??= exposed();
  gc();
}

function exposed(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
