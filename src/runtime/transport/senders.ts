// Which process speaks for a peer. Every transport dials under `name/instance`; when a second
// instance of one name appears, the newest wins and the frames of the older one are refused,
// however often it reconnects (with one routing id for both they would take the connection from
// each other for ever).

/** How many replaced instances of one name are remembered. */
const replacedMax = 64;

interface Instances {
  current: string;
  readonly replaced: string[];
}

export class Senders {
  readonly #names = new Map<string, Instances>();

  /** False when a newer instance of the same name has spoken. */
  admit(routingId: string): boolean {
    const name = routingId.slice(0, routingId.lastIndexOf('/'));
    const instances = this.#names.get(name);
    if (instances === undefined) this.#names.set(name, { current: routingId, replaced: [] });
    else if (instances.current !== routingId) return replace(instances, routingId);
    return true;
  }
}

function replace(instances: Instances, newcomer: string): boolean {
  if (instances.replaced.includes(newcomer)) return false;
  instances.replaced.push(instances.current);
  if (instances.replaced.length > replacedMax) instances.replaced.shift();
  instances.current = newcomer;
  return true;
}
