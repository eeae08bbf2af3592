/** The few shapes that the picture is made of. Coordinates and sizes are pixels at 100 %. */

export const INK = '#1c2733';
export const SOFT = '#5d6b7a';
export const FAINT = '#d8dee6';
export const PAPER = '#ffffff';
export const PANEL = '#f6f8fa';
export const GOOD = '#1a7f4b';
export const BAD = '#c0392b';

export interface TextStyle {
  readonly size?: number;
  readonly weight?: 400 | 600 | 700;
  readonly fill?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

export function text(x: number, y: number, words: string, style: TextStyle = {}): string {
  const { size = 12, weight = 400, fill = INK, anchor = 'start' } = style;
  return `<text x="${at(x)}" y="${at(y)}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${escape(words)}</text>`;
}

export function rect(x: number, y: number, width: number, height: number, fill: string, radius = 0): string {
  if (width <= 0 || height <= 0) return '';
  const round = radius === 0 ? '' : ` rx="${radius}"`;
  return `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}"${round} fill="${fill}"/>`;
}

export function line(x: number, y: number, toX: number, toY: number, stroke = FAINT): string {
  return `<line x1="${at(x)}" y1="${at(y)}" x2="${at(toX)}" y2="${at(toY)}" stroke="${stroke}"/>`;
}

export function dot(x: number, y: number, radius: number, fill: string): string {
  return `<circle cx="${at(x)}" cy="${at(y)}" r="${radius}" fill="${fill}"/>`;
}

/** A share of what is drawn above is told in words when the pointer rests on it. */
export function hinted(words: string, shape: string): string {
  return shape === '' ? '' : `<g><title>${escape(words)}</title>${shape}</g>`;
}

export function escape(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const at = (n: number): string => String(Math.round(n * 10) / 10);
