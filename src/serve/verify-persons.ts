import { Arg, Ctx, Field, InputType, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import type { Reading } from '../authorize/index.js';
import type { Context } from './context.js';
import { MOST_VERIFIED } from './count-verified.js';
import { indexOf } from '../model/sealing.js';
import { NotPermitted, Refused } from './errors.js';
import { checkText } from './inputs.js';

export enum Verification {
  MATCH = 'MATCH',
  NO_MATCH = 'NO_MATCH',
}
registerEnumType(Verification, {
  name: 'Verification',
  description: '核验结果 / What came of it',
  valuesConfig: {
    MATCH: { description: '号码与姓名相符 / The number and the name are one person’s' },
    NO_MATCH: {
      description: '不相符，或无此人，或不可见 / They are not, or there is no such person, or it is not visible',
    },
  },
});

@InputType({ description: '待核验的人 / Who is verified' })
export class VerifyPersonInput {
  @Field(() => String, { description: '公民身份号码，18 位 / Citizen identity number, 18 characters' })
  idNumber!: string;

  @Field(() => String, { description: '姓名 / Name' })
  name!: string;
}

@ObjectType({ description: '核验结果：不显示任何值 / Whether they match; shows no value of anybody' })
export class VerifiedPerson {
  constructor(outcome: Verification, grid: string | null, village: string | null) {
    this.outcome = outcome;
    this.responsibleGrid = grid;
    this.responsibleVillage = village;
  }

  @Field(() => Verification, { description: '结果 / The outcome' })
  outcome: Verification;

  @Field(() => String, {
    nullable: true,
    description: '负责的服务网格代码；不相符或未知为 null / Code of the service grid; null where unknown or no match',
  })
  responsibleGrid: string | null;

  @Field(() => String, {
    nullable: true,
    description: '负责的村社区代码；不相符或未知为 null / Code of the village; null where unknown or no match',
  })
  responsibleVillage: string | null;
}

@Resolver()
export class VerifyPersonsResolver {
  @Query(() => [VerifiedPerson], {
    description: `核验身份号码与姓名是否相符，每次请求合计最多 ${MOST_VERIFIED} 人，按所给顺序回答；须持有 verify 许可。不符者计数、留痕，一个客户端当日不符过多则不再核验 / Whether numbers and names match, up to ${MOST_VERIFIED} in one request, answered in their order; needs a grant that may verify. What does not match is counted and written down; a client of which too much did not match today is told nothing more until tomorrow`,
  })
  async verifyPersons(
    @Arg('input', () => [VerifyPersonInput], { description: '待核验的人 / Who is verified' })
    input: readonly VerifyPersonInput[],
    @Ctx() context: Context,
  ): Promise<VerifiedPerson[]> {
    if (!context.viewer.may.includes('verify')) throw new NotPermitted('verify');
    if (input.length === 0 || input.length > MOST_VERIFIED)
      throw new Refused('BAD_USER_INPUT', `input is a list of 1…${MOST_VERIFIED}. input 须为 1 到 ${MOST_VERIFIED} 项`);
    for (const { idNumber, name } of input) {
      checkText('idNumber', idNumber);
      checkText('name', name);
    }
    // Nothing is looked for once they are used up: that a match still came through would tell what does not.
    if ((await context.countMisses(context.viewer, 0)) >= context.mostMisses)
      throw new Refused('QUOTA_EXCEEDED', USED_UP);
    const found = await readMatches(context.reading, input);
    const missed = found.filter((match) => match === null).length;
    if (missed > 0 && (await context.countMisses(context.viewer, missed)) > context.mostMisses)
      throw new Refused('QUOTA_EXCEEDED', USED_UP);
    context.note.verified(input.length, missed);
    return found.map((match) => {
      if (!match) return new VerifiedPerson(Verification.NO_MATCH, null, null);
      context.note.person(match.person);
      return new VerifiedPerson(Verification.MATCH, match.grid, match.village);
    });
  }
}

const USED_UP =
  'As many as may be verified in vain today were; it goes on tomorrow. 今日核验不符的次数已用完，明日可继续';

interface Match {
  readonly person: number;
  readonly grid: string | null;
  readonly village: string | null;
}

/** Index: record_id_number, link_person. Both the number and the name have to be stated by visible records of one person. */
async function readMatches(reading: Reading, asked: readonly VerifyPersonInput[]): Promise<(Match | null)[]> {
  const rows = await reading.query<Match & { at: number }>(
    {
      name: 'verify persons',
      text: `select distinct on (asked.at) asked.at::int as at, l.person, home.grid, coalesce(home.village, l.village) as village
        from unnest($2::text[], $3::text[]) with ordinality as asked (id_number, name, at)
        join record r on r.county = $1 and r.id_number = asked.id_number and r.status = 'current'
        join link l on l.county = r.county and l.record = r.id and l.person is not null and l.person_reason is distinct from 'NUMBER_SET_ASIDE'
        left join lateral (select h.grid, h.village from link h where h.county = $1 and h.person = l.person and h.status = 'current' and h.tie = 'resident'
          order by h.grid is null, h.record limit 1) as home on true
        where exists (select from link n join record named on named.county = n.county and named.id = n.record
          where n.county = $1 and n.person = l.person and named.name collate "C" = asked.name)
        order by asked.at, l.person`,
    },
    [
      reading.bounds.county,
      asked.map(({ idNumber }) => indexOf(reading.sealing.secret, 'number', idNumber.trim().toUpperCase())),
      asked.map(({ name }) => name.normalize('NFKC').replaceAll(/\s/g, '')),
    ],
  );
  const byPlace = new Map(rows.map((row) => [row.at, row]));
  return asked.map((_, at) => byPlace.get(at + 1) ?? null);
}
