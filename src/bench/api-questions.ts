/** A question as each server is asked it, and its answer brought into one form. */
export interface Question {
  readonly title: string;
  /** Requests a second, of PostGraphile's and of the floor's, that are to be reached. */
  readonly goal: { readonly peer: number; readonly floor: number };
  readonly ours: Asked;
  readonly peer: Asked;
}

interface Asked {
  readonly query: string;
  /** Of the place in the list of what is asked for. */
  readonly plain: (data: never) => unknown;
  /** Where the next page begins. */
  readonly cursor?: (data: never) => string | null;
}

type Nodes<T> = { readonly nodes: readonly T[]; readonly pageInfo: { readonly endCursor: string } };
interface Value {
  readonly value: string;
}
interface OurPerson {
  readonly id: string;
  readonly name: Value | null;
  readonly sex: Value | null;
  readonly birthDate: Value | null;
  readonly phone: Value | null;
  readonly households: readonly { readonly relation: Value | null; readonly household: OurHousehold }[];
}
interface OurHousehold {
  readonly id: string;
  readonly number: Value | null;
  readonly dwelling: {
    readonly id: string;
    readonly code: Value | null;
    readonly building: { readonly id: string; readonly name: Value | null } | null;
  } | null;
  readonly members: Nodes<{ readonly relation: Value | null; readonly person: OurPerson }>;
}
interface PeerPerson {
  readonly rowId: string;
  readonly name: string | null;
  readonly sex: string | null;
  readonly birthDate: string | null;
  readonly phone: string | null;
  readonly membershipsByPersonId: Nodes<{
    readonly relation: string | null;
    readonly householdByHouseholdId: PeerHousehold;
  }>;
}
interface PeerHousehold {
  readonly rowId: string;
  readonly number: string | null;
  readonly dwellingByDwellingId: {
    readonly rowId: string;
    readonly code: string | null;
    readonly buildingId: string | null;
    readonly buildingName: string | null;
  } | null;
  readonly membershipsByHouseholdId: Nodes<{ readonly relation: string | null; readonly personByPersonId: PeerPerson }>;
}

/** As who has no keys is shown a telephone: PostGraphile and the floor read what stands in the database. */
const maskedAtRest = (phone: string): string =>
  phone.length < 11 ? '*'.repeat(phone.length) : phone.slice(0, 3) + '*'.repeat(phone.length - 3);

export const QUESTIONS: Readonly<Record<'person' | 'people' | 'households' | 'counts', Question>> = {
  person: {
    title: 'person by id, household, dwelling, building',
    goal: { peer: 1.6, floor: 0.5 },
    ours: {
      query: `query Person($id: ID!) { person(id: $id) { id name { value } sex { value } birthDate { value } phone { value }
        households { relation { value } household { id number { value }
          dwelling { id code { value } building { id name { value } } } } } } }`,
      plain: ({ person }: { person: OurPerson }) => ({
        ...ourPerson(person),
        phone: person.phone && maskedAtRest(person.phone.value),
        households: sorted(
          person.households.map(({ relation, household: { dwelling, ...household } }) => ({
            ...ourHousehold(household),
            relation: text(relation),
            dwelling: dwelling && {
              id: key(dwelling.id),
              code: text(dwelling.code),
              building: dwelling.building && { id: key(dwelling.building.id), name: text(dwelling.building.name) },
            },
          })),
        ),
      }),
    },
    peer: {
      query: `query Person($id: BigInt!) { person: personByRowId(rowId: $id) { rowId name sex birthDate phone
        membershipsByPersonId { nodes { relation householdByHouseholdId { rowId number
          dwellingByDwellingId { rowId code buildingId buildingName } } } } } }`,
      plain: ({ person }: { person: PeerPerson }) => ({
        ...peerPerson(person),
        phone: person.phone,
        households: sorted(
          person.membershipsByPersonId.nodes.map(({ relation, householdByHouseholdId: household }) => {
            const dwelling = household.dwellingByDwellingId;
            return {
              ...peerHousehold(household),
              relation,
              dwelling: dwelling && {
                id: dwelling.rowId,
                code: dwelling.code,
                building:
                  dwelling.buildingId === null ? null : { id: dwelling.buildingId, name: dwelling.buildingName },
              },
            };
          }),
        ),
      }),
    },
  },
  people: {
    title: 'page of 50 people with household',
    goal: { peer: 1.6, floor: 0.5 },
    ours: {
      query: `query People($after: String) { page: people(first: 50, after: $after) { pageInfo { hasNextPage endCursor }
        nodes { id name { value } sex { value } birthDate { value } households { household { id number { value } } } } } }`,
      plain: ({ page }: { page: Nodes<OurPerson> }) =>
        page.nodes.map((person) => ({
          ...ourPerson(person),
          households: sorted(person.households.map(({ household }) => ourHousehold(household))),
        })),
      cursor: endCursor,
    },
    peer: {
      query: `query People($after: Cursor) { page: allPeople(first: 50, after: $after) { pageInfo { hasNextPage endCursor }
        nodes { rowId name sex birthDate membershipsByPersonId { nodes { householdByHouseholdId { rowId number } } } } } }`,
      plain: ({ page }: { page: Nodes<PeerPerson> }) =>
        page.nodes.map((person) => ({
          ...peerPerson(person),
          households: sorted(
            person.membershipsByPersonId.nodes.map(({ householdByHouseholdId }) =>
              peerHousehold(householdByHouseholdId),
            ),
          ),
        })),
      cursor: endCursor,
    },
  },
  households: {
    title: '50 households with all members',
    goal: { peer: 1.6, floor: 0.5 },
    ours: {
      query: `query Households($after: String) { page: households(first: 50, after: $after) { pageInfo { hasNextPage endCursor }
        nodes { id number { value } members { nodes { relation { value }
          person { id name { value } sex { value } birthDate { value } } } } } } }`,
      plain: ({ page }: { page: Nodes<OurHousehold> }) =>
        page.nodes.map((household) => ({
          ...ourHousehold(household),
          members: sorted(
            household.members.nodes.map(({ relation, person }) => ({ ...ourPerson(person), relation: text(relation) })),
          ),
        })),
      cursor: endCursor,
    },
    peer: {
      query: `query Households($after: Cursor) { page: allHouseholds(first: 50, after: $after) { pageInfo { hasNextPage endCursor }
        nodes { rowId number membershipsByHouseholdId { nodes { relation personByPersonId { rowId name sex birthDate } } } } } }`,
      plain: ({ page }: { page: Nodes<PeerHousehold> }) =>
        page.nodes.map((household) => ({
          ...peerHousehold(household),
          members: sorted(
            household.membershipsByHouseholdId.nodes.map(({ relation, personByPersonId }) => ({
              ...peerPerson(personByPersonId),
              relation,
            })),
          ),
        })),
      cursor: endCursor,
    },
  },
  counts: {
    title: 'count by village',
    goal: { peer: 4, floor: 0.5 },
    ours: {
      query: `query Counts { peopleAggregate(groupBy: [VILLAGE]) { groups { keys { code } people } } }`,
      plain: ({ peopleAggregate }: { peopleAggregate: { readonly groups: readonly Group[] } }) =>
        sorted(
          peopleAggregate.groups
            .filter(({ keys }) => keys[0]!.code !== null)
            .map(({ keys, people }) => ({ id: keys[0]!.code!, people })),
        ),
    },
    peer: {
      query: `query Counts { allVillageCounts { nodes { village people } } }`,
      plain: ({ allVillageCounts }: { allVillageCounts: Nodes<{ village: string; people: string }> }) =>
        sorted(allVillageCounts.nodes.map(({ village, people }) => ({ id: village, people: Number(people) }))),
    },
  },
};

interface Group {
  readonly keys: readonly { readonly code: string | null }[];
  readonly people: number;
}

interface FloorPerson {
  readonly id: string;
  households: readonly { readonly id: string }[] | null;
}
interface FloorHousehold {
  readonly id: string;
  members: readonly FloorPerson[];
}

/** The floor's own answers in the same form. */
export const PLAIN_FLOOR: Readonly<Record<keyof typeof QUESTIONS, (answer: never) => unknown>> = {
  person: sortHouseholds,
  people: (people: readonly FloorPerson[]) => people.slice(0, 50).map(sortHouseholds),
  households: (households: readonly FloorHousehold[]) =>
    households.slice(0, 50).map((household) => Object.assign(household, { members: sorted(household.members) })),
  counts: (counts: readonly { readonly id: string }[]) => sorted(counts),
};

function sortHouseholds(person: FloorPerson): FloorPerson {
  return Object.assign(person, { households: sorted(person.households ?? []) });
}

function endCursor({ page }: { page: Nodes<unknown> }): string | null {
  return page.pageInfo.endCursor;
}

/** The number in a global id. */
const key = (id: string): string => Buffer.from(id, 'base64url').toString().split(':')[2]!;
const text = (value: Value | null): string | null => value?.value ?? null;
const ourPerson = ({ id, name, sex, birthDate }: OurPerson) => ({
  id: key(id),
  name: text(name),
  sex: text(sex),
  birthDate: text(birthDate),
});
const ourHousehold = ({ id, number }: Pick<OurHousehold, 'id' | 'number'>) => ({ id: key(id), number: text(number) });
const peerPerson = ({ rowId, name, sex, birthDate }: PeerPerson) => ({ id: rowId, name, sex, birthDate });
const peerHousehold = ({ rowId, number }: PeerHousehold) => ({ id: rowId, number });
const sorted = <T extends { readonly id: string }>(list: readonly T[]): T[] =>
  list.toSorted((one, other) => (one.id < other.id ? -1 : 1));
