import type { Connected } from './connection.js';
import type { PlannedRun } from './planned-run.js';
import type { Column } from './plan-columns.js';
import type { Lead, PlanNode } from './plan-node.js';
import type { Building } from './types/building.js';
import type { Dwelling } from './types/dwelling.js';
import type { Entity } from './types/entity.js';
import { HouseholdMember, type Household } from './types/household.js';
import type { Person } from './types/person.js';
import type { Residence } from './types/residence.js';
import { residencesOf } from './types/residence.js';
import type { Language } from './types/enums.js';
import type { StatedValue } from './types/sourced-value.js';

/** Makes a part of the answer out of what it is a part of. */
export type Step<S = unknown> = (source: S, run: PlannedRun) => unknown;

/** What a field is planned with: the records that its object is made of, and the entities that the object leads to already. */
export interface Planning {
  readonly node: PlanNode;
  readonly led: Readonly<Record<string, PlanNode>>;
  /** A child of the node: entities whose ids stand in its records. */
  lead(kind: PlanNode['kind'], lead: Lead): PlanNode;
  /** The value of the field as the class has it: its getter where it has one, else what the schema resolves it by. */
  own(property?: string): Step;
  /** The arguments of the field, of this request. */
  args(): (run: PlannedRun) => Readonly<Record<string, unknown>>;
  /** An object of the field's type, made of records of the node. */
  object(node: PlanNode, led?: Readonly<Record<string, PlanNode>>): Step;
  /** A list of such. */
  list(node: PlanNode, led?: Readonly<Record<string, PlanNode>>): Step<readonly unknown[]>;
  /** A page of such; they are made of records of the node. */
  page(node: PlanNode, led?: Readonly<Record<string, PlanNode>>): Step<Connected<unknown>>;
}

/** Null: it cannot be planned, nor can an operation that asks for it. */
export type FieldPlan = (planning: Planning) => Step<never>;

const own =
  (columns: readonly Column[] = [], stated: readonly string[] = [], property?: string): FieldPlan =>
  (planning) => {
    planning.node.need(columns, stated);
    return planning.own(property);
  };

/** Of the record that states what is shown. */
const ofStating =
  (...columns: readonly Column[]): FieldPlan =>
  (planning) => {
    planning.node.needOfStating(columns);
    return planning.own();
  };

/** A value chosen among the records of the object. */
const chosen =
  (field: string, also: readonly Column[] = []): FieldPlan =>
  (planning) => {
    planning.node.needChoice(field);
    planning.node.needOfStating(also);
    const value = planning.own();
    const inside = planning.object(planning.node);
    return (source: unknown, run) => {
      const found = value(source, run);
      return found === null ? null : inside(found, run);
    };
  };

const chosenOf = (fields: Readonly<Record<string, string>>, also: readonly Column[] = []) =>
  Object.fromEntries(Object.entries(fields).map(([published, field]) => [published, chosen(field, also)]));

/** The one entity that the object leads to. */
const one =
  <S>(kind: PlanNode['kind'], lead: Lead, keyOf: (source: S) => number | null): FieldPlan =>
  (planning) => {
    const child = planning.lead(kind, lead);
    const inside = planning.object(child);
    return (source: S, run) => {
      const entity = run.find(child, keyOf(source));
      return entity === null ? null : inside(entity, run);
    };
  };

const many =
  <S>(kind: PlanNode['kind'], lead: Lead, keysOf: (source: S) => readonly number[]): FieldPlan =>
  (planning) => {
    const child = planning.lead(kind, lead);
    const inside = planning.list(child);
    return (source: S, run) =>
      inside(
        keysOf(source)
          .map((key) => run.find(child, key))
          .filter((entity) => entity !== null),
        run,
      );
  };

const ENTITY = { id: own(), redirectedFrom: own(), status: own(['status']) } as const;

const SAID_IN_HOUSEHOLD = {
  relation: chosen('relation'),
  isHead: ((planning) => {
    planning.node.needChoice('relation');
    planning.node.need([], ['headName', 'name']);
    return planning.own();
  }) as FieldPlan,
};

const homes =
  (tie: 'registered' | 'resident'): FieldPlan =>
  (planning) => {
    planning.node.need(['tie', 'dwelling', 'household', 'building', 'village'], ['address', 'householdStatus']);
    const inside = planning.list(planning.node);
    return (source: Person | Dwelling, run) => inside(residencesOf(source.current, tie), run);
  };

const led =
  (name: string, keyOf: (source: never) => Entity): FieldPlan =>
  (planning) => {
    const inside = planning.object(planning.led[name]!);
    return (source: never, run) => inside(keyOf(source), run);
  };

const STATED = {
  field: own(),
  value: own(),
  values: own(),
  masked: own(),
  label: ((planning) => {
    const args = planning.args();
    return (value: StatedValue, run) => value.label((args(run) as { language: Language }).language);
  }) as FieldPlan,
};

/**
 * What a plan can answer, type by type. A field that is not here is answered the long way, and so is the whole operation that asks for it.
 * Each says what it reads of a record: what it does not say it cannot read.
 */
export const FIELD_PLANS: Readonly<Record<string, Readonly<Record<string, FieldPlan>>>> = {
  Person: {
    ...ENTITY,
    deceased: own([], ['deathDate', 'householdStatus']),
    ...chosenOf({
      name: 'name',
      formerName: 'formerName',
      sex: 'sex',
      birthDate: 'birthDate',
      idNumber: 'idNumber',
      idNumberInvalid: 'idNumberInvalid',
      otherIdNumber: 'otherIdNumber',
      phone: 'phone',
      maritalStatus: 'maritalStatus',
      education: 'education',
      workplace: 'workplace',
      address: 'address',
      registeredDivision: 'registeredDivision',
      householdStatus: 'householdStatus',
      deathDate: 'deathDate',
      careTags: 'careTags',
      memberStatus: 'memberStatus',
    }),
    registrations: homes('registered'),
    residences: homes('resident'),
    households: (planning) => {
      const household = planning.lead('Household', 'household');
      const inside = planning.list(planning.node, { household });
      return (person: Person, run) =>
        inside(
          person.membershipsOf(person.householdKeys.map((key) => run.find(household, key) as Household | null)),
          run,
        );
    },
  },
  HouseholdMembership: {
    ...SAID_IN_HOUSEHOLD,
    household: led('household', ({ household }: { household: Household }) => household),
  },
  Household: {
    ...ENTITY,
    kind: own(['tie'], ['householdNumber'], 'householdKind'),
    ...chosenOf({ number: 'householdNumber', address: 'address', headName: 'headName' }),
    members: (planning) => {
      const person = planning.lead('Person', 'person');
      const args = planning.args();
      const inside = planning.page(planning.node, { person });
      return (household: Household, run) => {
        const { first = null, after = null } = args(run) as { first?: number | null; after?: string | null };
        const { wanted, connected } = household.pageOfMembers(first, after);
        const found = wanted.map(([key, evidence]) => {
          const entity = run.find(person, key) as Person | null;
          return entity && new HouseholdMember(entity, evidence);
        });
        return inside(connected(found), run);
      };
    },
    head: (planning) => {
      const person = planning.lead('Person', 'person');
      planning.node.needChoice('relation');
      planning.node.need([], ['headName', 'name']);
      const inside = planning.object(planning.node, { person });
      return (household: Household, run) => {
        const head = household.headEntry;
        const entity = head && (run.find(person, head[0]) as Person | null);
        return entity ? inside(new HouseholdMember(entity, head[1]), run) : null;
      };
    },
    dwelling: one('Dwelling', 'dwelling', ({ dwellingKey }: Household) => dwellingKey),
    building: one('Building', 'building', ({ buildingKey }: Household) => buildingKey),
  },
  HouseholdMember: {
    ...SAID_IN_HOUSEHOLD,
    person: led('person', ({ person }: { person: Person }) => person),
  },
  Residence: {
    tie: own(),
    dwelling: one('Dwelling', 'dwelling', (residence: Residence) => residence.first('dwelling')),
    building: one('Building', 'building', (residence: Residence) => residence.first('building')),
    household: one('Household', 'household', (residence: Residence) => residence.first('household')),
    ...chosenOf({ address: 'address', state: 'householdStatus', since: 'registeredOn', until: 'expiresOn' }),
  },
  Dwelling: {
    ...ENTITY,
    ...chosenOf(
      {
        code: 'dwellingCode',
        address: 'address',
        estateOrRoad: 'estateOrRoad',
        buildingNumber: 'buildingNumber',
        unit: 'unit',
        room: 'room',
        kind: 'dwellingKind',
      },
      ['person'],
    ),
    building: one('Building', 'building', ({ buildingKey }: Dwelling) => buildingKey),
    households: many('Household', 'household', ({ householdKeys }: Dwelling) => householdKeys),
    residences: homes('resident'),
  },
  Building: {
    ...ENTITY,
    ...chosenOf(
      {
        code: 'buildingCode',
        name: 'buildingName',
        kind: 'buildingKind',
        address: 'address',
        units: 'units',
        floors: 'floors',
      },
      ['dwelling'],
    ),
    dwellings: many('Dwelling', 'dwelling', ({ dwellingKeys }: Building) => dwellingKeys),
  },
  SourcedValue: {
    ...STATED,
    source: (planning) => inObject(planning),
    others: (planning) => inList(planning),
    agreeing: (planning) => inList(planning),
  },
  StatedValue: { ...STATED, source: (planning) => inObject(planning) },
  ValueSource: {
    register: ofStating('register'),
    dataset: own(),
    file: ofStating('sheet', 'row', 'item'),
    sheet: ofStating('sheet', 'row', 'item'),
    row: ofStating('sheet', 'row', 'item'),
    item: ofStating('sheet', 'row', 'item'),
    ref: ofStating('sheet', 'row', 'item'),
    statedAt: own(),
  },
};

function inObject(planning: Planning): Step<never> {
  const value = planning.own();
  const inside = planning.object(planning.node);
  return (source: unknown, run) => inside(value(source, run), run);
}

function inList(planning: Planning): Step<never> {
  const values = planning.own();
  const inside = planning.list(planning.node);
  return (source: unknown, run) => inside(values(source, run) as readonly unknown[], run);
}

/** The fields of Query whose answer is planned: an entity by its id, or a page of a kind. */
export const PLANNED_ROOTS: Readonly<Record<string, { readonly kind: PlanNode['kind']; readonly by: 'id' | 'page' }>> =
  {
    person: { kind: 'Person', by: 'id' },
    household: { kind: 'Household', by: 'id' },
    dwelling: { kind: 'Dwelling', by: 'id' },
    building: { kind: 'Building', by: 'id' },
    people: { kind: 'Person', by: 'page' },
    households: { kind: 'Household', by: 'page' },
    dwellings: { kind: 'Dwelling', by: 'page' },
    buildings: { kind: 'Building', by: 'page' },
  };
