// Whom each node talks to, as it last told its host: nothing is promised while members come and go,
// but at rest every book has every member.

import type { Ready } from '../../core/contract.ts';
import type { StorageId } from '../../core/model/ids.ts';
import type { MachineView } from '../observation.ts';
import type { Invariant } from './watch.ts';

export class AddressBooks implements Invariant {
  /** By disk; the disks of the members in the last book that was told. */
  readonly #books = new Map<StorageId, readonly StorageId[]>();

  onBirth({ storageId }: MachineView): void {
    this.#books.delete(storageId);
  }

  onReady({ storageId }: MachineView, { addressBook }: Ready): void {
    if (addressBook === null) return;
    const members = addressBook.members.map((member) => member.storageId);
    this.#books.set(storageId, members);
  }

  /** Whom the machine's node lists; null: nobody told it anything since it started. */
  of({ storageId }: MachineView): readonly StorageId[] | null {
    return this.#books.get(storageId) ?? null;
  }
}
