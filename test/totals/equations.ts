const PRIME = 1_000_003;

/** Gaussian elimination modulo a prime: adds the equation, and tells whether those before it did not yet imply it. */
export class Equations {
  private readonly rows = new Map<number, Float64Array>();
  constructor(private readonly unknowns: number) {}

  implies(of: readonly number[]): boolean {
    return this.reduce(of) === null;
  }

  add(of: readonly number[]): void {
    const left = this.reduce(of);
    if (left) this.rows.set(left.pivot, left.row);
  }

  private reduce(of: readonly number[]): { pivot: number; row: Float64Array } | null {
    const row = new Float64Array(this.unknowns);
    for (const unknown of of) row[unknown]! += 1;
    for (let pivot = 0; pivot < this.unknowns; pivot += 1) {
      if (row[pivot] === 0) continue;
      const by = this.rows.get(pivot);
      if (!by) {
        const inverse = power(row[pivot]!, PRIME - 2);
        return { pivot, row: row.map((value) => (value * inverse) % PRIME) };
      }
      const factor = row[pivot]!;
      for (let k = pivot; k < this.unknowns; k += 1) row[k] = (row[k]! + (PRIME - factor) * by[k]!) % PRIME;
    }
    return null;
  }
}

function power(base: number, exponent: number): number {
  let result = 1n;
  let square = BigInt(base);
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = (result * square) % BigInt(PRIME);
    square = (square * square) % BigInt(PRIME);
  }
  return Number(result);
}
