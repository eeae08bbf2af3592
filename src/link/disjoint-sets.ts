/** Sets of nodes that only ever grow together. The root of a set is a node of it; which one says nothing. */
export class DisjointSets {
  readonly #parent: Int32Array;

  constructor(nodes: number) {
    this.#parent = new Int32Array(nodes);
    for (let node = 0; node < nodes; node += 1) this.#parent[node] = node;
  }

  root(node: number): number {
    const parent = this.#parent;
    while (parent[node] !== node) {
      parent[node] = parent[parent[node]!]!;
      node = parent[node]!;
    }
    return node;
  }

  unite(one: number, other: number): void {
    this.#parent[this.root(one)] = this.root(other);
  }
}
