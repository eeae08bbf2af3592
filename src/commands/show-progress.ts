import type { Words } from '../model/register.js';
import type { NightProgress } from '../pipeline.js';
import type { Terminal } from './terminal.js';

/** Turns the flow's reports into one line with an estimate of what is left. */
export function showProgress(terminal: Terminal, say: (words: Words) => string): (progress: NightProgress) => void {
  let step = '';
  let since = Date.now();
  return ({ step: name, what, done, of, rows }) => {
    if (name + what !== step) [step, since] = [name + what, Date.now()];
    const share = of > 0 ? Math.min(1, done / of) : 0;
    const left = share > 0.02 && share < 1 ? ((Date.now() - since) / 1000 / share) * (1 - share) : null;
    const parts = [say(STEPS[name]), what];
    if (of > 0) parts.push(`${Math.floor(share * 100)} %`);
    if (rows !== undefined)
      parts.push(say({ zh: `${rows.toLocaleString('en')} 行`, en: `${rows.toLocaleString('en')} rows` }));
    if (left !== null) parts.push(say({ zh: `约剩 ${Math.ceil(left)} 秒`, en: `about ${Math.ceil(left)} s left` }));
    terminal.progress(parts.join('  '));
  };
}

const STEPS: Readonly<Record<NightProgress['step'], Words>> = {
  receive: { zh: '接收', en: 'receiving' },
  publish: { zh: '入库', en: 'publishing' },
  index: { zh: '建立索引', en: 'indexing' },
  link: { zh: '归并', en: 'linking' },
  assemble: { zh: '汇总', en: 'assembling' },
};
