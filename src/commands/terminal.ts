/** Where a command writes: answers to standard output, everything about the work to standard error. */
export interface Terminal {
  /** A line of the answer. */
  line(text?: string): void;
  /** A line about the work. */
  note(text: string): void;
  /** The work's state, replaced by the next; shown a few times a second on a terminal, every ten seconds in a log. */
  progress(text: string): void;
  /** Takes the state away. */
  settle(): void;
}

export function openTerminal(): Terminal {
  const live = process.stderr.isTTY;
  const interval = live ? 150 : 10_000;
  let shown = '';
  let last = live ? 0 : Date.now();
  // `hub … | head`: whoever reads has seen enough, and the work goes on to its end.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const settle = (): void => {
    if (shown) process.stderr.write('\r\u001b[K');
    shown = '';
  };
  return {
    line: (text = '') => {
      settle();
      process.stdout.write(`${text}\n`);
    },
    note: (text) => {
      settle();
      process.stderr.write(`${text}\n`);
    },
    progress: (text) => {
      if (Date.now() - last < interval) return;
      last = Date.now();
      if (!live) {
        process.stderr.write(`${text}\n`);
        return;
      }
      shown = cut(text, (process.stderr.columns || 80) - 1);
      process.stderr.write(`\r\u001b[K${shown}`);
    },
    settle,
  };
}

/** Cut to so many columns; a Chinese character takes two. */
function cut(text: string, columns: number): string {
  let width = 0;
  for (const [index, character] of [...text].entries()) {
    width += widthOf(character);
    if (width > columns) return [...text].slice(0, index).join('');
  }
  return text;
}

export function widthOf(text: string): number {
  return [...text].reduce(
    (width, character) => width + (character.length > 1 || /[\u1100-\u115f\u2e80-\uffdc]/.test(character) ? 2 : 1),
    0,
  );
}

/** Lines of columns, the first to the left and numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const gap = ' '.repeat(Math.max(0, widths[column]! - widthOf(cell)));
        return /^[\d,.%–-]+( s)?$/.test(cell) && column > 0 ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd(),
  );
}
