import type { Source } from './open-source.js';
import type { TextEncoding } from './inspect-text.js';

/** The file as text, chunk by chunk, without its mark (BOM); half a character at the very end is left away. */
export async function* decodeText(source: Source, encoding: TextEncoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of source.chunks()) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
}
