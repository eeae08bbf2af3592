import { compareNames, isAgreement } from '../compare-names.js';
import { isNoName, ownNameOf } from '../compare/own-name.js';
import { NumberIndex } from '../engine/number-index.js';
import { TextTable } from '../engine/text-table.js';
import { foldName } from '../fold-name.js';
import { KINDS } from '../link-columns.js';
import type { Linkage } from '../linkage.js';
import type { PersonsLayer } from '../persons-layer.js';
import { CandidateBlocks, Candidates, type CandidateRule } from '../persons/block-candidates.js';
import { bothCodes, bothKeys, codedKeys, columnKeys, keysBy } from '../persons/candidate-keys.js';
import { rowsByCluster, type ClusterRows } from '../persons/cluster-rows.js';
import { NAME } from '../persons/compare-person.js';
import type { MentionColumns } from './mention-columns.js';
import { MENTION_REASONS, PARTS } from './mention-columns.js';
import {
  KNOWN,
  LINK_FROM,
  MENTION_PLACES,
  PHONE_SHARES,
  PLACE_CROWD,
  PLACE_SHARES,
  type MentionPlace,
} from './mention-weights.js';

const PERSON = KINDS.indexOf('person');
const BY_NUMBER = MENTION_REASONS.indexOf('ID_NUMBER_AND_NAME');
const BY_AGREEMENT = MENTION_REASONS.indexOf('AGREEMENT');
const PLACE = Object.fromEntries(MENTION_PLACES.map((place, i) => [place, i])) as Record<MentionPlace, number>;

export interface Identified {
  /** Entity; 0 where nobody is certain enough. */
  readonly person: Uint32Array;
  /** Index in MENTION_REASONS. */
  readonly reason: Uint8Array;
}

/**
 * Whom each mention means. By a valid number that somebody holds, unless the names contradict; else by one posterior over everybody who
 * is called so, and nobody: two who are called so and stand equally near are half a chance each. A mention joins nothing; it only points.
 */
export async function identifyMentions(
  linkage: Linkage,
  layer: PersonsLayer,
  mentions: MentionColumns,
): Promise<Identified> {
  const person = new Uint32Array(mentions.size);
  const reason = new Uint8Array(mentions.size);
  const search = new MentionSearch(linkage, layer, mentions);
  for (let at = 0; at < mentions.size; at += 1) {
    if (mentions.idKey[at] !== 0 && search.isHeld(at)) {
      person[at] = search.holderOf(at);
      if (person[at] !== 0) reason[at] = BY_NUMBER;
    }
  }
  const asking = Int32Array.from({ length: mentions.size }, (_, at) => at).filter(
    (at) => search.names[mentions.name[at]!] !== 0 && !search.isHeld(at),
  );
  await search.likeliest(asking, (at, entity) => {
    person[at] = entity;
    reason[at] = BY_AGREEMENT;
  });
  return { person, reason };
}

type PlaceBits = Readonly<Record<keyof typeof PLACE_SHARES, Float64Array>>;

class MentionSearch {
  /** By code of the mention's name, the code of the folded name in the records' `names`; 0 for what is no name. */
  readonly names: Int32Array;
  readonly #linkage: Linkage;
  readonly #layer: PersonsLayer;
  readonly #mentions: MentionColumns;
  readonly #clusters: ClusterRows;
  /** 1 where somebody of the cluster holds a number. */
  readonly #isNumbered: Uint8Array;
  readonly #entityOf: Uint32Array;
  readonly #entities: NumberIndex;
  readonly #clusterOfEntity: Int32Array;
  readonly #townships = new TextTable();
  readonly #townshipOf: Int32Array;
  readonly #bits: PlaceBits;
  /** Persons who are called so, by code of the name. */
  readonly #bearers: Int32Array;

  constructor(linkage: Linkage, layer: PersonsLayer, mentions: MentionColumns) {
    this.#linkage = linkage;
    this.#layer = layer;
    this.#mentions = mentions;
    const { columns, after } = linkage;
    const { rows, persons, partition } = layer;
    this.names = new Int32Array(mentions.names.size);
    for (let code = 1; code < this.names.length; code += 1) {
      const name = foldName(mentions.names.textOf(code));
      this.names[code] = isNoName(name) ? 0 : columns.names.codeOf(name);
    }
    partition.comparison.comparators.name.extend();
    this.#clusters = rowsByCluster(rows, persons.cluster, persons.count);
    this.#isNumbered = new Uint8Array(persons.count);
    this.#entityOf = new Uint32Array(persons.count);
    this.#entities = new NumberIndex(Math.max(16, persons.count));
    this.#clusterOfEntity = new Int32Array(persons.count);
    rows.forEach((row, at) => {
      const own = persons.cluster[at]!;
      if (own < 0) return;
      const entity = after.entity[PERSON]![row]!;
      this.#entityOf[own] = entity;
      if (entity !== 0) this.#clusterOfEntity[this.#entities.add(entity)] = own;
      if (columns.personKey[row] !== 0 && partition.comparison.evidence.holdsNumber(row)) this.#isNumbered[own] = 1;
    });
    this.#townshipOf = Int32Array.from({ length: columns.texts.size }, () => -1);
    const known = partition.evidenceWeights.persons;
    this.#bits = Object.fromEntries(
      Object.entries(PLACE_SHARES).map(([who, shares]) => [who, bitsOf(shares, known)]),
    ) as PlaceBits;
    this.#bearers = this.#countBearers();
  }

  /** Whether somebody has the number that the mention carries. */
  isHeld(at: number): boolean {
    const key = this.#mentions.idKey[at]!;
    return key !== 0 && this.#layer.persons.numbers.find(key) >= 0;
  }

  /** @returns the entity; 0 where the names contradict */
  holderOf(at: number): number {
    const { columns, after } = this.#linkage;
    const { persons } = this.#layer;
    const anchor = persons.anchor[persons.numbers.find(this.#mentions.idKey[at]!)]!;
    const name = foldName(ownNameOf(this.#mentions.names.textOf(this.#mentions.name[at]!)));
    const anchorName = columns.names.textOf(columns.name[anchor]!);
    if (name === '' || anchorName === '' || compareNames(name, anchorName) === null) return 0;
    return after.entity[PERSON]![anchor]!;
  }

  /** @param found told of each mention whose person is certain enough */
  async likeliest(asking: Int32Array, found: (at: number, entity: number) => void): Promise<void> {
    const blocks = new CandidateBlocks(
      asking,
      this.#clusters,
      this.#rules(),
      (cluster) => this.#entityOf[cluster] !== 0,
    );
    const candidates = new Candidates();
    const { evidenceWeights } = this.#layer.partition;
    const each = Math.log2(KNOWN / evidenceWeights.persons);
    for (let i = 0; i < asking.length; i += 1) {
      // Now and then whoever waits for the database has a turn.
      if (i % TURN === 0) await new Promise((goOn) => setImmediate(goOn));
      const at = asking[i]!;
      const name = this.names[this.#mentions.name[at]!]!;
      const count = blocks.candidatesOf(i, candidates);
      let best = -1;
      let kept = 0;
      let others = this.#bearers[name]!;
      for (let c = 0; c < count; c += 1) {
        const cluster = candidates.cluster[c]!;
        const bits = this.#weigh(at, name, cluster);
        if (this.#isNamesake) others -= 1;
        if (bits === -Infinity) continue;
        if (best < 0 || bits > candidates.bits[best]!) best = kept;
        candidates.bits[kept] = bits;
        candidates.cluster[kept] = cluster;
        kept += 1;
      }
      if (best < 0) continue;
      const chosen = candidates.bits[best]!;
      const cluster = candidates.cluster[best]!;
      // From the smallest, so that the order in which candidates came leaves no trace in the last bit.
      const all = candidates.bits.subarray(0, kept).toSorted();
      let total = 1 - KNOWN;
      // Who bears the name elsewhere in the county was not brought forward one by one.
      if (others > 0) total += others * 2 ** (each + this.#nameBits(name) + this.#farBits(at));
      for (const bits of all) total += 2 ** (bits + each);
      if (2 ** (chosen + each) / total >= LINK_FROM) found(at, this.#entityOf[cluster]!);
    }
  }

  /** Whether the person weighed last bears the very name. */
  #isNamesake = false;

  #weigh(at: number, name: number, cluster: number): number {
    const { columns } = this.#linkage;
    const { comparison, evidenceWeights } = this.#layer.partition;
    const { comparators } = comparison;
    const mentions = this.#mentions;
    const { start, member } = this.#clusters;
    let nameLevel = 0;
    let matched = 0;
    let place = this.#isPlaced(at) ? PLACE.ELSEWHERE : -1;
    let hasPhone = false;
    let samePhone = false;
    const phone = mentions.phoneKey[at]!;
    const own = this.#recordCluster(at);
    this.#isNamesake = false;
    for (let i = start[cluster]!; i < start[cluster + 1]!; i += 1) {
      const row = member[i]!;
      if (columns.name[row] === name) this.#isNamesake = true;
      for (const other of [columns.name[row]!, columns.formerName[row]!, columns.alias[row]!]) {
        const level = comparators.name.compare(name, other);
        if (level === 0 || (nameLevel !== 0 && level >= nameLevel)) continue;
        nameLevel = level;
        matched = other;
      }
      if (phone !== 0 && columns.phoneKey[row] !== 0) {
        hasPhone = true;
        if (columns.phoneKey[row] === phone) samePhone = true;
      }
      if (place > 0) place = Math.min(place, this.#placeOf(at, own, row));
    }
    // Whose guardian somebody is, that one is not; and two valid numbers are two persons.
    if (cluster === own && PARTS[mentions.part[at]!] !== 'head') return -Infinity;
    if (mentions.idKey[at] !== 0 && this.#isNumbered[cluster] === 1) return -Infinity;
    if (nameLevel === 0 || !isAgreement(nameLevel)) return -Infinity;
    let bits = evidenceWeights.bitsOf(NAME, nameLevel, matched);
    if (place >= 0) bits += this.#placeBits(at)[place]!;
    if (samePhone) bits += Math.log2((PHONE_SHARES.equal * evidenceWeights.persons) / FEW);
    else if (hasPhone) bits += Math.log2(PHONE_SHARES.differs);
    return bits;
  }

  #placeOf(at: number, own: number, row: number): number {
    const { columns } = this.#linkage;
    const { evidence } = this.#layer.partition.comparison;
    const mentions = this.#mentions;
    const { homes } = evidence;
    const dwelling = homes.dwelling[row]!;
    if (dwelling !== 0 && dwelling === mentions.dwelling[at]) return PLACE.DWELLING;
    if (own >= 0 && this.#isOneHousehold(own, row)) return PLACE.HOUSEHOLD;
    const building = evidence.building[row]!;
    if (building !== 0 && building === mentions.building[at]) return PLACE.BUILDING;
    const village = columns.village[row]!;
    if (village === 0) return PLACE.ELSEWHERE;
    if (village === mentions.village[at]) return PLACE.VILLAGE;
    return this.#township(village) === this.#township(mentions.village[at]!) ? PLACE.TOWNSHIP : PLACE.ELSEWHERE;
  }

  /** Whether the row stands in the registered household of the record's person, or lives where these do. */
  #isOneHousehold(own: number, row: number): boolean {
    const { evidence } = this.#layer.partition.comparison;
    const { homes, householdOf } = evidence;
    const { start, member } = this.#clusters;
    for (let i = start[own]!; i < start[own + 1]!; i += 1) {
      const other = member[i]!;
      if (householdOf[row]! >= 0 && householdOf[row] === householdOf[other]) return true;
      if (homes.dwelling[row] !== 0 && homes.dwelling[row] === homes.dwelling[other]) return true;
    }
    return false;
  }

  #rules(): CandidateRule[] {
    const { columns } = this.#linkage;
    const { evidence } = this.#layer.partition.comparison;
    const { householdOf, homes } = evidence;
    const mentions = this.#mentions;
    // The mentions brought names of their own.
    evidence.prepareNames();
    const sound = evidence.pinyin;
    const nameOf = (at: number): number => this.names[mentions.name[at]!]!;
    const eachOwn = (at: number, visit: (row: number) => void): void => {
      const own = this.#recordCluster(at);
      if (own < 0) return;
      for (let i = this.#clusters.start[own]!; i < this.#clusters.start[own + 1]!; i += 1)
        visit(this.#clusters.member[i]!);
    };
    return [
      {
        name: 'name and township',
        most: Infinity,
        keys: keysBy((row) => bothCodes(columns.name[row]!, this.#township(columns.village[row]!))),
        askedBy: (at, ask) => ask(bothCodes(nameOf(at), this.#township(mentions.village[at]!))),
      },
      {
        name: 'sound and village',
        most: MOST,
        keys: bothKeys(codedKeys(sound, columns.name), columnKeys(columns.village)),
        askedBy: (at, ask) => ask(bothCodes(sound[nameOf(at)]!, mentions.village[at]!)),
      },
      {
        name: 'telephone',
        most: MOST,
        keys: columnKeys(columns.phoneKey),
        askedBy: (at, ask) => ask(mentions.phoneKey[at]!),
      },
      {
        name: 'dwelling',
        most: MOST,
        keys: columnKeys(homes.dwelling),
        askedBy: (at, ask) => {
          ask(mentions.dwelling[at]!);
          eachOwn(at, (row) => ask(homes.dwelling[row]!));
        },
      },
      {
        name: 'household',
        most: MOST,
        keys: columnKeys(householdOf, 1),
        askedBy: (at, ask) => eachOwn(at, (row) => ask(householdOf[row]! + 1)),
      },
    ];
  }

  #countBearers(): Int32Array {
    const { columns } = this.#linkage;
    const bearers = new Int32Array(columns.names.size);
    const seen = new Int32Array(columns.names.size).fill(-1);
    const { count, start, member } = this.#clusters;
    for (let cluster = 0; cluster < count; cluster += 1) {
      for (let i = start[cluster]!; i < start[cluster + 1]!; i += 1) {
        const name = columns.name[member[i]!]!;
        if (seen[name] === cluster) continue;
        seen[name] = cluster;
        bearers[name]! += 1;
      }
    }
    return bearers;
  }

  /** The cluster of the person of whom the record speaks; -1 for none. */
  #recordCluster(at: number): number {
    const entity = this.#mentions.person[at]!;
    const known = entity === 0 ? -1 : this.#entities.find(entity);
    return known < 0 ? -1 : this.#clusterOfEntity[known]!;
  }

  /** By the code of the village, not by the records read: a night reads few of those that speak of no person. */
  #township(village: number): number {
    if (village === 0) return 0;
    const known = this.#townshipOf[village]!;
    if (known >= 0) return known;
    return (this.#townshipOf[village] = this.#townships.codeOf(
      this.#linkage.columns.texts.textOf(village).slice(0, 9),
    ));
  }

  #isPlaced(at: number): boolean {
    return this.#mentions.village[at] !== 0 || this.#mentions.dwelling[at] !== 0;
  }

  #placeBits(at: number): Float64Array {
    const part = PARTS[this.#mentions.part[at]!];
    return this.#bits[part ?? (this.#mentions.dwelling[at] === 0 ? 'elsewhere' : 'dwelling')];
  }

  #farBits(at: number): number {
    return this.#isPlaced(at) ? this.#placeBits(at)[PLACE.ELSEWHERE]! : 0;
  }

  #nameBits(name: number): number {
    return this.#layer.partition.evidenceWeights.bitsOf(NAME, EQUAL, name);
  }
}

const EQUAL = 1;
/** Mentions asked in one go: a hundredth of a second. */
const TURN = 500;
/** Persons who share a telephone. */
const FEW = 2;
/** Nobody is found by a key that so many have. */
const MOST = 400;

function bitsOf(shares: Readonly<Record<MentionPlace, number>>, persons: number): Float64Array {
  return Float64Array.from(MENTION_PLACES, (place) => {
    const crowd = PLACE_CROWD[place];
    return Math.log2(shares[place] / ('share' in crowd ? crowd.share : Math.min(0.02, crowd.persons / persons)));
  });
}
