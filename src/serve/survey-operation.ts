import { createHash } from 'node:crypto';
import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  print,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { FIELDS, type FieldClass } from '../model/field.js';

/** What an operation asks about people, told by its text alone. */
export interface Survey {
  /** Whether it reaches any type that speaks of people. */
  readonly personal: boolean;
  /** Whether it shows records as such. */
  readonly wholeRecords: boolean;
  /** Classes of the fields that it asks for. */
  readonly classes: readonly FieldClass[];
  /** Fields of Query or Mutation, in their order. */
  readonly asked: readonly string[];
  readonly operation: string | null;
  /** SHA-256, hex. Of the text as it came where it holds no literal value; else of the text without its literals. */
  readonly document: string;
}

/**
 * Types that speak of nobody. Whatever is not named here counts as personal: a type that is added later leaves a row too many rather
 * than none.
 */
const IMPERSONAL: ReadonlySet<string> = new Set(
  [
    'Query Viewer Hub PageInfo Division Grid GridConnection GridEdge',
    'Delivery DeliveryConnection DeliveryEdge DeliveryCount DeliveryColumn',
    'LinkageRun LinkageRunConnection LinkageRunEdge LinkageQuality LinkageDrift LinkageViolation',
    'AloneShare BigCluster BlockingRecall CappedBlocks ClusterSize QueueStanding ReasonShare RegisterCount WeightBin',
    'OwnAccess OwnAccessConnection OwnAccessEdge AccessAlarm PeopleAggregate PeopleGroupKey PeopleTotal',
    'HomesAggregate HomeGroupKey HomesTotal',
    // A value is of whom the field is of.
    'SourcedValue StatedValue ValueSource',
  ].flatMap((line) => line.split(' ')),
);
/** What shows a record, or says what one says. */
const OF_RECORDS: ReadonlySet<string> = new Set([
  'SourceRecord',
  'RecordField',
  'Mention',
  'Finding',
  'ReviewPair',
  'Link',
]);
/** Published fields whose record's field has another name. */
const FIELD_OF: Readonly<Record<string, keyof typeof FIELDS>> = { number: 'householdNumber', kind: 'dwellingKind' };
const EVERY_CLASS: readonly FieldClass[] = ['basic', 'contact', 'identity', 'benefit', 'party', 'location'];

export function surveyOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  queryHash: string,
): Survey {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const classes = new Set<FieldClass>();
  const asked: string[] = [];
  let personal = operation.operation === 'mutation';
  let wholeRecords = false;
  const spread = new Set<string>();

  const reach = (type: GraphQLNamedType): void => {
    if (type.name.startsWith('__')) return;
    if (!IMPERSONAL.has(type.name)) personal = true;
    if (!OF_RECORDS.has(type.name)) return;
    wholeRecords = true;
    if (type.name !== 'Link') for (const each of EVERY_CLASS) classes.add(each);
  };
  const follow = (set: SelectionSetNode | undefined, type: GraphQLNamedType | undefined): void => {
    for (const each of set?.selections ?? []) {
      if (each.kind === Kind.INLINE_FRAGMENT) {
        follow(each.selectionSet, each.typeCondition ? schema.getType(each.typeCondition.name.value) : type);
      } else if (each.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(each.name.value);
        if (!fragment || spread.has(each.name.value)) continue;
        spread.add(each.name.value);
        follow(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value));
      } else {
        const name = each.name.value;
        const inner =
          isObjectType(type) || isInterfaceType(type) ? getNamedType(type.getFields()[name]?.type) : undefined;
        if (!inner || name.startsWith('__')) continue;
        if (isCompositeType(inner)) reach(inner);
        const meaning = (FIELDS as Readonly<Record<string, { class: FieldClass }>>)[FIELD_OF[name] ?? name];
        if (meaning && !IMPERSONAL.has(type!.name)) classes.add(meaning.class);
        if (name in PLACES) classes.add('location');
        follow(each.selectionSet, inner);
      }
    }
  };
  const root = schema.getRootType(operation.operation) ?? undefined;
  for (const each of rootFields(operation.selectionSet, fragments)) if (!asked.includes(each)) asked.push(each);
  follow(operation.selectionSet, root);
  return {
    personal,
    wholeRecords,
    classes: EVERY_CLASS.filter((each) => classes.has(each)),
    asked,
    operation: speakableName(operation.name?.value),
    document: hashOf(document, queryHash),
  };
}

/** Fields of ours that tell where somebody is, whatever they are asked for. */
const PLACES: Readonly<Record<string, true>> = {
  residences: true,
  registrations: true,
  serviceGrid: true,
  registrationGrid: true,
  divisionChain: true,
  dwelling: true,
};

function rootFields(set: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): string[] {
  return set.selections.flatMap((each) => {
    if (each.kind === Kind.FIELD) return each.name.value.startsWith('__') ? [] : [each.name.value];
    const inner = each.kind === Kind.INLINE_FRAGMENT ? each : fragments.get(each.name.value);
    return inner ? rootFields(inner.selectionSet, fragments) : [];
  });
}

/** A client may call its operation what it likes: a number in the name could be somebody's. */
function speakableName(name: string | undefined): string | null {
  return name !== undefined && name.length <= 80 && !/\d{4}/.test(name) ? name : null;
}

/** A number of 18 digits can be found from its hash, so that no hash is made of one. */
function hashOf(document: DocumentNode, queryHash: string): string {
  let literal = false;
  const blank = visit(document, {
    StringValue: (node) => ((literal = true), { ...node, value: '', block: false }),
    IntValue: (node) => ((literal ||= node.value.length > 3), { ...node, value: '0' }),
    FloatValue: (node) => ((literal = true), { ...node, value: '0' }),
    Name: (node) =>
      /\d{4}/.test(node.value) ? ((literal = true), { ...node, value: node.value.replaceAll(/\d/g, '0') }) : undefined,
  });
  return literal ? createHash('sha256').update(print(blank)).digest('hex') : queryHash;
}
