import { Arg, Ctx, Field, Float, InputType, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { LINK_REASONS } from '../model/link.js';
import type { Context } from './context.js';
import { Refused } from './errors.js';
import { findableBy } from './find-entities.js';
import { findEntity } from './find-entity.js';
import { checkClasses, checkText } from './inputs.js';
import type { AskedPerson, PreviewedPerson } from './previewing.js';
import { Language } from './types/enums.js';
import { Person } from './types/person.js';
import { EvidenceStep } from './types/review-pair.js';

const DEFAULT_FIRST = 5;
const MOST = 20;

@InputType({
  description:
    '要查找的人，如一条记录所述；除姓名外皆可不给 / Somebody, as a record would state them; all but the name may be left out',
})
export class MatchPreviewInput {
  @Field(() => String, { description: '姓名 / Name' })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: '身份号码；有误者亦可 / Identity number; one with a slip will do',
  })
  idNumber?: string | null;

  @Field(() => String, {
    nullable: true,
    description: '出生日期 YYYY-MM-DD，或仅 YYYY、YYYY-MM / Date of birth, or as far as it is known',
  })
  birthDate?: string | null;

  @Field(() => String, { nullable: true, description: '性别：1 男，2 女 / Sex: 1 male, 2 female. @see GB/T 2261.1' })
  sex?: string | null;

  @Field(() => String, { nullable: true, description: '电话 / Telephone' })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: '曾用名 / Former name' })
  formerName?: string | null;

  @Field(() => String, { nullable: true, description: '户主姓名 / Name of the head of household' })
  headName?: string | null;

  @Field(() => String, { nullable: true, description: '村(社区)代码，12 位 / Code of the village, 12 digits' })
  village?: string | null;

  @Field(() => String, { nullable: true, description: '地址 / Address' })
  address?: string | null;
}

@ObjectType({
  description:
    '可能是其人者；仅凭查看者可见的记录比较 / Somebody whom it could be, compared by the records that this viewer may see',
})
export class LikelyPerson {
  constructor(
    private readonly told: PreviewedPerson,
    readonly found: Person,
  ) {}

  @Field(() => Person, { description: '人 / The person' })
  get person() {
    return this.found;
  }

  @Field(() => Float, {
    description:
      '在所有人选与“查无此人”之中的概率，0…1 / Probability, 0…1, among all whom it could be and nobody at all',
  })
  get probability() {
    return this.told.probability;
  }

  @Field(() => Float, { description: '依据合计，比特 / Sum of the evidence in bits' })
  get weight() {
    return this.told.bits;
  }

  @Field(() => String, {
    nullable: true,
    description:
      '身份号码已足以认定时的理由代码，否则为 null / Code of the reason where the number settles it; null where it is a matter of degree',
  })
  get reason() {
    return this.told.reason;
  }

  @Field(() => String, {
    nullable: true,
    description: '理由；为 null 时凭依据衡量 / The reason in a sentence; null where it is a matter of degree',
  })
  sentence(@Arg('language', () => Language, { defaultValue: Language.ZH }) language: Language): string | null {
    return this.told.reason && LINK_REASONS[this.told.reason][language];
  }

  @Field(() => Boolean, {
    description:
      '相似而有相反的证据（如兄弟姐妹、孪生之名）：系统不会自动认定，须由人判断 / Alike, and something speaks against it (a brother’s name, a twin’s): the hub would link by no weight, and ask a person',
  })
  get vetoed() {
    return this.told.isVetoed;
  }

  @Field(() => [EvidenceStep], {
    description: '依据，先验在前；不含任何人的值 / The waterfall, the prior first; no value of anybody',
  })
  get evidence() {
    return this.told.evidence.map((step) => new EvidenceStep(step, null));
  }
}

@Resolver()
export class MatchPreviewResolver {
  @Query(() => [LikelyPerson], {
    description:
      '录入之前先查：这可能是谁，可能性大者在前；不写入任何内容。未成年人仅告知所在村、网格的查看者或未成年人保护用途 / Before a row goes in: whom it could be, the likeliest first. Nothing is written. Who is under age is found as in a list by name: by a viewer of a village or a grid, and for the protection of children',
  })
  async matchPreview(
    @Arg('input', () => MatchPreviewInput, { description: '要查找的人 / Who is looked up' }) input: MatchPreviewInput,
    @Arg('first', () => Int, {
      nullable: true,
      description: '最多几人，1–20，默认 5 / At most so many, 1…20, 5 unless told',
    })
    first: number | null,
    @Ctx() context: Context,
  ): Promise<LikelyPerson[]> {
    const most = first ?? DEFAULT_FIRST;
    if (most < 1 || most > MOST)
      throw new Refused('BAD_USER_INPUT', `first is a number from 1 to ${MOST}. first 须为 1 至 ${MOST}`);
    if (!context.viewer.records) throw new Refused('TOTALS_ONLY');
    const asked = read(checkClasses(context.viewer, input));
    if (context.previewing === null) throw new Refused('UNAVAILABLE');
    const found = (await context.previewing.preview(context.reading, asked, findableBy(context.reading))) ?? [];
    const likely = await Promise.all(
      found.slice(0, most).map(async (told) => {
        const person = (await findEntity(context, 'Person', told.person)) as Person | null;
        return person && new LikelyPerson(told, person);
      }),
    );
    return likely.filter((each) => each !== null);
  }
}

/** What each has to look like; the message names the field and never its value. */
const SHAPES = {
  birthDate: /^\d{4}(-\d{2}){0,2}$/,
  sex: /^[12]$/,
  village: /^\d{12}$/,
} as const;

function read(input: MatchPreviewInput): AskedPerson {
  for (const [name, value] of Object.entries(input)) if (typeof value === 'string') checkText(name, value);
  for (const [name, shape] of Object.entries(SHAPES)) {
    const value = input[name as keyof typeof SHAPES];
    if (value && !shape.test(value))
      throw new Refused('BAD_USER_INPUT', `${name} has another shape, as its description says. ${name} 的格式不符`);
  }
  const { name, idNumber, birthDate, sex, phone, formerName, headName, village, address } = input;
  return {
    name,
    idNumber: idNumber?.trim().toUpperCase() ?? null,
    birthDate: birthDate ?? null,
    sex: sex ?? null,
    phone: phone?.replaceAll(/[\s-]/g, '') ?? null,
    formerName: formerName ?? null,
    headName: headName ?? null,
    village: village ?? null,
    address: address ?? null,
  };
}
