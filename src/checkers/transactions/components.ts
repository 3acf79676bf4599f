// Strongly connected components (Tarjan 1972), without recursion: two nodes share a number when
// each reaches the other. Every cycle lies within one component.

/** Where the edges lead from a node. */
export type Successors = (node: number) => Iterable<number>;

/** The component of every node. */
export function componentsOf(size: number, successors: Successors): Int32Array {
  return new Tarjan(size, successors).run();
}

interface Visit {
  readonly node: number;
  readonly rest: Iterator<number>;
}

class Tarjan {
  readonly #successors: Successors;
  readonly #index: Int32Array;
  readonly #low: Int32Array;
  readonly #component: Int32Array;
  readonly #stack: number[] = [];
  readonly #visits: Visit[] = [];
  #next = 1;
  #components = 0;

  constructor(size: number, successors: Successors) {
    this.#successors = successors;
    this.#index = new Int32Array(size);
    this.#low = new Int32Array(size);
    this.#component = new Int32Array(size).fill(-1);
  }

  run(): Int32Array {
    for (let root = 0; root < this.#index.length; root++) {
      if (this.#index[root] !== 0) continue;
      this.#enter(root);
      for (let visit = this.#visits.at(-1); visit !== undefined; visit = this.#visits.at(-1))
        this.#walk(visit);
    }
    return this.#component;
  }

  #enter(node: number): void {
    this.#index[node] = this.#next;
    this.#low[node] = this.#next++;
    this.#stack.push(node);
    this.#visits.push({ node, rest: this.#successors(node)[Symbol.iterator]() });
  }

  #walk({ node, rest }: Visit): void {
    const { value: to, done } = rest.next();
    if (done === true) this.#leave(node);
    else if (this.#index[to] === 0) this.#enter(to);
    else if (this.#component[to] === -1) this.#lower(node, this.#index[to] ?? 0);
  }

  #leave(node: number): void {
    this.#visits.pop();
    const parent = this.#visits.at(-1);
    if (parent !== undefined) this.#lower(parent.node, this.#low[node] ?? 0);
    if (this.#low[node] !== this.#index[node]) return;
    for (let member = this.#stack.pop(); member !== undefined; member = this.#stack.pop()) {
      this.#component[member] = this.#components;
      if (member === node) break;
    }
    this.#components++;
  }

  #lower(node: number, value: number): void {
    this.#low[node] = Math.min(this.#low[node] ?? 0, value);
  }
}
