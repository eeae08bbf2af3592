import type { RecordComparison } from './compare-records.js';
import type { LinkageModel, TrainedModel } from './linkage-model.js';
import type { Evidence } from './weigh-pairs.js';

/** A trained file that belongs to another model, or to another version of it. */
export class ForeignTraining extends Error {}

export function describeTraining(
  model: LinkageModel,
  comparisons: readonly RecordComparison[],
  { m, u, priorBits }: Evidence,
  records: number,
  pairs: number,
): TrainedModel {
  return {
    model: model.name,
    version: model.version,
    trainedOn: { records, pairs, at: new Date().toISOString().slice(0, 10) },
    prior: 1 / (1 + 2 ** -priorBits),
    comparisons: Object.fromEntries(
      comparisons.map(({ name, levels }, i) => [
        name,
        levels.map(({ code }, level) => ({ code, m: rounded(m[i]![level]!), u: rounded(u[i]![level]!) })),
      ]),
    ),
  };
}

/** Shares of the levels as a trained file has them, in the model's order. @throws ForeignTraining */
export function readTraining(
  model: LinkageModel,
  comparisons: readonly RecordComparison[],
  trained: TrainedModel,
): Pick<Evidence, 'm' | 'u'> {
  if (trained.model !== model.name || trained.version !== model.version)
    throw new ForeignTraining(
      `trained for ${trained.model} version ${trained.version}, the model is ${model.name} version ${model.version}`,
    );
  const shares = (of: 'm' | 'u'): Float64Array[] =>
    comparisons.map(({ name, levels }) =>
      Float64Array.from(levels, ({ code }) => {
        const share = trained.comparisons[name]?.find((level) => level.code === code)?.[of];
        if (typeof share !== 'number' || !(share >= 0 && share <= 1))
          throw new ForeignTraining(`comparison ${name}, level ${code}: no ${of} between 0 and 1`);
        return share;
      }),
    );
  return { m: shares('m'), u: shares('u') };
}

/** What is read and reviewed is what is used: the file brings back the very same links. */
export function roundShares(trained: TrainedModel): TrainedModel {
  return {
    ...trained,
    prior: rounded(trained.prior),
    comparisons: Object.fromEntries(
      Object.entries(trained.comparisons).map(([name, levels]) => [
        name,
        levels.map(({ code, m, u }) => ({ code, m: rounded(m), u: rounded(u) })),
      ]),
    ),
  };
}

/** Six digits are more than training knows, and can be read. */
function rounded(share: number): number {
  return Number(share.toPrecision(6));
}
