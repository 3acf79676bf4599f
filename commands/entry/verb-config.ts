// As much of oclif's configuration as a verb needs to run. The whole of it (manifest, plugins,
// directories of the user) takes longer than most verbs; help needs it.

import { packageRoot } from '../../src/cluster/package-root.ts';
import { Config, type Interfaces } from '../cli/command.ts';

export class VerbConfig extends Config {
  override bin = 'dsys';

  constructor() {
    super({ root: packageRoot() });
  }

  /** dsys has no plugins, and itself no hooks. */
  override async runHook(): Promise<Interfaces.Hook.Result<never>> {
    return { successes: [], failures: [] };
  }
}
