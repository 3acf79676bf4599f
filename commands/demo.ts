// `dsys demo`: the whole story in one command; it leaves nothing behind.

import type { DemoStep } from '../src/cluster/demo.ts';
import { DsysCommand, type Input } from './cli/command.ts';
import { durationFlag } from './cli/flags.ts';
import { interruptible } from './cli/interrupt.ts';
import { nothing, type Shown } from './cli/output.ts';

const defaultTimeoutMs = 30_000;

export default class Demo extends DsysCommand<typeof Demo> {
  static override summary = 'three nodes, three users, a killed leader: the whole story';
  static override group = 'more';
  static override flags = { timeout: durationFlag({ description: 'for the start (default 30s)' }) };

  async execute({ flags, output }: Input<typeof Demo>): Promise<Shown> {
    const { runDemo } = await import('../src/cluster/demo.ts');
    const steps: DemoStep[] = [];
    const tell = (step: DemoStep): void => {
      steps.push(step);
      if (!output.json && !output.quiet) output.line(step.text);
    };
    const timeoutMs = flags.timeout ?? defaultTimeoutMs;
    await interruptible((signal) => runDemo({ tell, limit: { timeoutMs, signal } }));
    if (!output.json) return nothing;
    return { json: { outcome: 'ok', steps }, text: () => [], names: [] };
  }
}
