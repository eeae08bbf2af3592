import { createRequire } from 'node:module';

let orders: Readonly<Record<string, string>> | null = null;

/**
 * Characters → their strokes in order, one letter a stroke. The package is a plug-in of a bigger one; of it only the table is wanted,
 * and only where names are compared.
 * @see cnchar-order, stroke orders after GB 13000.1 字符集汉字笔顺规范
 */
export function strokeOrders(): Readonly<Record<string, string>> {
  if (orders !== null) return orders;
  const require = createRequire(import.meta.url);
  const table = require('cnchar-order') as { dict: { orders: Record<string, string> } };
  orders = table.dict.orders;
  return orders;
}

const PLAIN: Readonly<Record<string, string>> = { j: '1', i: '1', f: '2', g: '2', s: '3', k: '4', d: '4', l: '4' };

/** The five kinds of strokes, 横竖撇点折: how a stroke is bent or hooked changes with its place in the character. */
export function kindsOfStrokes(strokes: string): string {
  let kinds = '';
  for (let i = 0; i < strokes.length; i += 1) kinds += PLAIN[strokes.charAt(i)] ?? '5';
  return kinds;
}
