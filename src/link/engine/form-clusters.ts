import { NumberIndex } from './number-index.js';
import type { PairWeights } from './weigh-pairs.js';

export interface ClusterQuestion {
  readonly size: number;
  /** Pairs worth a look: `one[i]`, `other[i]`, one < other. */
  readonly edges: { readonly one: Int32Array; readonly other: Int32Array; readonly count: number };
  readonly weights: Pick<PairWeights, 'priorBits' | 'each'>;
  readonly comparisons: number;
  /** Bits from which on two clusters are one subject. */
  readonly link: number;
  /** Bits from which on a pair of clusters that stay apart is doubtful; at most `link`. */
  readonly review: number;
  /** Two records that may never stand in one cluster. */
  readonly cannotLink: (one: number, other: number) => boolean;
}

/**
 * Average linkage, strongest first; then what stayed alone. What two clusters say to each other is, for each comparison, the mean over those of their pairs in which
 * both records state it, summed over the comparisons: a record that says little takes nothing away from what others say. All pairs
 * count, also those that no block brought together. Ties go to the earlier records, whose order is that of their content.
 * @returns for each record the first record of its cluster, and how many pairs of clusters stayed apart in doubt
 */
export function formClusters(question: ClusterQuestion): { clusters: Int32Array; doubtful: number } {
  return new Clustering(question).run();
}

/** Records left alone are asked so often at most: some choose one that went elsewhere. */
const PASSES = 5;

class Clustering {
  readonly #question: ClusterQuestion;
  /** A cluster is named by its first record; its members are a chain from there. */
  readonly #next: Int32Array;
  readonly #last: Int32Array;
  readonly #sizes: Int32Array;
  readonly #cluster: Int32Array;
  /** Chains of neighbours: clusters that share an edge, as they were called when they met. */
  readonly #heads: Int32Array;
  #entryNext: Int32Array;
  #entryOther: Int32Array;
  #entries = 0;
  /** Between two neighbours: sums and counts a comparison, pairs counted, and which offer is the latest (-1: none, for ever). */
  readonly #slots: NumberIndex;
  #sums: Float64Array;
  #counts: Int32Array;
  #known: Int32Array;
  #versions: Int32Array;
  readonly #offers = new Offers();
  readonly #bits: Float64Array;
  readonly #met: Int32Array;
  #found = new Int32Array(64);
  #stamp = 0;

  constructor(question: ClusterQuestion) {
    this.#question = question;
    const { size, edges, comparisons } = question;
    this.#next = new Int32Array(size).fill(-1);
    this.#last = Int32Array.from({ length: size }, (_, i) => i);
    this.#cluster = this.#last.slice();
    this.#sizes = new Int32Array(size).fill(1);
    this.#heads = new Int32Array(size).fill(-1);
    this.#met = new Int32Array(size).fill(-1);
    const room = edges.count + 16;
    this.#entryNext = new Int32Array(room * 2);
    this.#entryOther = new Int32Array(room * 2);
    this.#slots = new NumberIndex(room);
    this.#sums = new Float64Array(room * comparisons);
    this.#counts = new Int32Array(room * comparisons);
    this.#known = new Int32Array(room);
    this.#versions = new Int32Array(room);
    this.#bits = new Float64Array(comparisons);
  }

  run(): { clusters: Int32Array; doubtful: number } {
    const { edges, size, review } = this.#question;
    for (let i = 0; i < edges.count; i += 1) {
      const [one, other] = [edges.one[i]!, edges.other[i]!];
      const slot = this.#slotOf(one, other);
      this.#weigh(slot, one, other);
      this.#befriend(one, other);
      this.#befriend(other, one);
      this.#offer(slot, one, other);
    }
    const offers = this.#offers;
    while (offers.take()) {
      const slot = offers.slot;
      if (offers.version !== this.#versions[slot]!) continue;
      const key = this.#slots.keyAt(slot);
      const [one, other] = [Math.floor(key / size), key % size];
      if (this.#known[slot] === this.#sizes[one]! * this.#sizes[other]!) this.#merge(one, other, slot);
      else {
        this.#weigh(slot, one, other);
        this.#offer(slot, one, other);
      }
    }
    for (let pass = 0; pass < PASSES && this.#settleSingles(); pass += 1);
    let doubtful = 0;
    for (let slot = 0; slot < this.#slots.size; slot += 1)
      if (this.#versions[slot]! > 0 && this.#score(slot) >= review) doubtful += 1;
    return { clusters: this.#cluster, doubtful };
  }

  /**
   * A record left alone has a subject of its own, or one of those found: which, is one question over all of them. Where hardly anybody stands
   * alone and only one subject fits, that one is likely although the pair by itself would not do; where many fit, none is.
   * @returns whether any found its subject
   */
  #settleSingles(): boolean {
    const { size, link } = this.#question;
    const [singles, starts, candidates, odds]: number[][] = [[], [0], [], []];
    for (let record = 0; record < size; record += 1) {
      if (this.#cluster[record] !== record || this.#sizes[record] !== 1) continue;
      const found = this.#takeNeighbours(record, record);
      for (let i = 0; i < found; i += 1) {
        const neighbour = this.#found[i]!;
        this.#befriend(record, neighbour);
        const slot = this.#slotOf(record, neighbour);
        if (this.#versions[slot]! >= 0 && this.#known[slot] !== this.#sizes[neighbour]!)
          this.#weigh(slot, record, neighbour);
        if (this.#versions[slot]! < 0) continue;
        candidates!.push(neighbour);
        odds!.push(2 ** this.#score(slot));
      }
      singles!.push(record);
      starts!.push(candidates!.length);
    }
    const sums = singles!.map((_, i) => odds!.slice(starts![i], starts![i + 1]).reduce((sum, one) => sum + one, 0));
    let alone = 0.5;
    for (let round = 0; round < 100; round += 1) {
      const before = alone;
      alone =
        Math.max(
          0.5,
          sums.reduce((sum, others) => sum + before / (before + others), 0),
        ) / size;
    }
    const best = new Int32Array(size).fill(-1);
    const bits = new Float64Array(size);
    singles!.forEach((record, i) => {
      for (let at = starts![i]!; at < starts![i + 1]!; at += 1) {
        const against = alone + sums[i]! - odds![at]!;
        const found = Math.log2(odds![at]! / against);
        if (!(found >= link) || (best[record]! >= 0 && found <= bits[record]!)) continue;
        best[record] = candidates![at]!;
        bits[record] = found;
      }
    });
    let joined = false;
    const order = singles!
      .filter((record) => best[record]! >= 0)
      .toSorted((one, other) => bits[other]! - bits[one]! || one - other);
    for (const record of order) {
      const other = best[record]!;
      // One that is alone itself has to choose likewise; one that has gone elsewhere meanwhile is asked again in the next pass.
      if (this.#cluster[record] !== record || this.#sizes[record] !== 1 || this.#cluster[other] !== other) continue;
      if (this.#sizes[other] === 1 && best[other] !== record) continue;
      const slot = this.#slotOf(record, other);
      this.#weigh(slot, record, other);
      if (this.#versions[slot]! < 0) continue;
      this.#merge(Math.min(record, other), Math.max(record, other), slot);
      joined = true;
    }
    return joined;
  }

  /** What all pairs of two clusters say. */
  #weigh(slot: number, one: number, other: number): void {
    const { comparisons, weights, cannotLink } = this.#question;
    const at = slot * comparisons;
    this.#sums.fill(0, at, at + comparisons);
    this.#counts.fill(0, at, at + comparisons);
    for (let a = one; a >= 0; a = this.#next[a]!)
      for (let b = other; b >= 0; b = this.#next[b]!) {
        if (cannotLink(a, b)) {
          this.#versions[slot] = -1;
          return;
        }
        weights.each(a, b, this.#bits);
        for (let i = 0; i < comparisons; i += 1) {
          const bits = this.#bits[i]!;
          if (bits !== bits) continue;
          this.#sums[at + i] = this.#sums[at + i]! + bits;
          this.#counts[at + i] = this.#counts[at + i]! + 1;
        }
      }
    this.#known[slot] = this.#sizes[one]! * this.#sizes[other]!;
  }

  #offer(slot: number, one: number, other: number): void {
    if (this.#versions[slot]! < 0) return;
    const score = this.#score(slot);
    this.#versions[slot] = this.#versions[slot]! + 1;
    if (score >= this.#question.link)
      this.#offers.put(score, Math.min(one, other), Math.max(one, other), slot, this.#versions[slot]!);
  }

  #score(slot: number): number {
    const { comparisons, weights } = this.#question;
    const at = slot * comparisons;
    let score = weights.priorBits;
    for (let i = 0; i < comparisons; i += 1)
      if (this.#counts[at + i]! > 0) score += this.#sums[at + i]! / this.#counts[at + i]!;
    return score;
  }

  /**
   * The other becomes part of the one. What it had counted with its neighbours is added to what the one had; pairs that neither counted
   * are left until the two are next in turn.
   */
  #merge(one: number, other: number, between: number): void {
    this.#versions[between] = -1;
    for (let member = other; member >= 0; member = this.#next[member]!) this.#cluster[member] = one;
    this.#next[this.#last[one]!] = other;
    this.#last[one] = this.#last[other]!;
    this.#sizes[one] = this.#sizes[one]! + this.#sizes[other]!;
    const found = this.#takeNeighbours(one, other);
    for (let i = 0; i < found; i += 1) {
      const neighbour = this.#found[i]!;
      const lost = this.#slots.find(this.#keyOf(other, neighbour));
      const fresh = this.#slots.find(this.#keyOf(one, neighbour)) < 0;
      const slot = this.#slotOf(one, neighbour);
      if (lost >= 0) this.#addTo(slot, lost);
      this.#befriend(one, neighbour);
      if (fresh) this.#befriend(neighbour, one);
      this.#offer(slot, one, neighbour);
    }
  }

  /** Empties the chains of both. @returns how many clusters now stand in `#found` */
  #takeNeighbours(one: number, other: number): number {
    let count = 0;
    const stamp = (this.#stamp += 1);
    for (let side = one === other ? 1 : 0; side < 2; side += 1) {
      const cluster = side === 0 ? one : other;
      for (let entry = this.#heads[cluster]!; entry >= 0; entry = this.#entryNext[entry]!) {
        const neighbour = this.#cluster[this.#entryOther[entry]!]!;
        if (neighbour === one || this.#met[neighbour] === stamp) continue;
        this.#met[neighbour] = stamp;
        if (count === this.#found.length) this.#found = widen(this.#found, Int32Array);
        this.#found[count] = neighbour;
        count += 1;
      }
      this.#heads[cluster] = -1;
    }
    return count;
  }

  #addTo(slot: number, lost: number): void {
    if (this.#versions[lost]! < 0) this.#versions[slot] = -1;
    this.#versions[lost] = -1;
    const { comparisons } = this.#question;
    for (let i = 0; i < comparisons; i += 1) {
      const [at, from] = [slot * comparisons + i, lost * comparisons + i];
      this.#sums[at] = this.#sums[at]! + this.#sums[from]!;
      this.#counts[at] = this.#counts[at]! + this.#counts[from]!;
    }
    this.#known[slot] = this.#known[slot]! + this.#known[lost]!;
  }

  #slotOf(one: number, other: number): number {
    const slot = this.#slots.add(this.#keyOf(one, other));
    if (slot >= this.#versions.length) {
      this.#versions = widen(this.#versions, Int32Array);
      this.#known = widen(this.#known, Int32Array);
      this.#sums = widen(this.#sums, Float64Array);
      this.#counts = widen(this.#counts, Int32Array);
    }
    return slot;
  }

  #befriend(one: number, other: number): void {
    if (this.#entries === this.#entryNext.length) {
      this.#entryNext = widen(this.#entryNext, Int32Array);
      this.#entryOther = widen(this.#entryOther, Int32Array);
    }
    this.#entryOther[this.#entries] = other;
    this.#entryNext[this.#entries] = this.#heads[one]!;
    this.#heads[one] = this.#entries;
    this.#entries += 1;
  }

  #keyOf(one: number, other: number): number {
    return one < other ? one * this.#question.size + other : other * this.#question.size + one;
  }
}

/** The highest score first; among equals the pair of the earliest clusters. A heap of numbers of offers. */
class Offers {
  slot = 0;
  version = 0;
  #made = 0;
  #ones = new Int32Array(1024);
  #others = new Int32Array(1024);
  #slots = new Int32Array(1024);
  #versions = new Int32Array(1024);
  #heap = new Int32Array(1024);
  /** The score of each place of the heap, beside it: to be near when places are compared. */
  #heapScores = new Float64Array(1024);
  #count = 0;

  put(score: number, one: number, other: number, slot: number, version: number): void {
    const offer = this.#made;
    if (offer === this.#ones.length) {
      this.#heapScores = widen(this.#heapScores, Float64Array);
      this.#ones = widen(this.#ones, Int32Array);
      this.#others = widen(this.#others, Int32Array);
      this.#slots = widen(this.#slots, Int32Array);
      this.#versions = widen(this.#versions, Int32Array);
      this.#heap = widen(this.#heap, Int32Array);
    }
    this.#made += 1;
    this.#ones[offer] = one;
    this.#others[offer] = other;
    this.#slots[offer] = slot;
    this.#versions[offer] = version;
    let place = this.#count;
    this.#count += 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#before(score, offer, parent)) break;
      this.#heap[place] = this.#heap[parent]!;
      this.#heapScores[place] = this.#heapScores[parent]!;
      place = parent;
    }
    this.#heap[place] = offer;
    this.#heapScores[place] = score;
  }

  /** Takes the first away, into `slot` and `version`. */
  take(): boolean {
    if (this.#count === 0) return false;
    const heap = this.#heap;
    const scores = this.#heapScores;
    this.slot = this.#slots[heap[0]!]!;
    this.version = this.#versions[heap[0]!]!;
    this.#count -= 1;
    const offer = heap[this.#count]!;
    const score = scores[this.#count]!;
    let place = 0;
    for (;;) {
      let child = place * 2 + 1;
      if (child >= this.#count) break;
      if (child + 1 < this.#count && this.#before(scores[child + 1]!, heap[child + 1]!, child)) child += 1;
      if (this.#before(score, offer, child)) break;
      heap[place] = heap[child]!;
      scores[place] = scores[child]!;
      place = child;
    }
    heap[place] = offer;
    scores[place] = score;
    return true;
  }

  /** Whether an offer comes before the one at a place. */
  #before(score: number, offer: number, place: number): boolean {
    const difference = score - this.#heapScores[place]!;
    if (difference !== 0) return difference > 0;
    const other = this.#heap[place]!;
    return (this.#ones[offer]! - this.#ones[other]! || this.#others[offer]! - this.#others[other]!) < 0;
  }
}

function widen<T extends Int32Array | Float64Array>(array: T, Kind: new (length: number) => T): T {
  const more = new Kind(array.length * 2);
  more.set(array);
  return more;
}
