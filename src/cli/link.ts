import type { Command } from 'commander';
import { ask, type AnswerTo } from '../api/ask';
import { linkParcel } from '../api/waybill-operations';
import { loadConfig } from '../config/config';
import { asShellWord } from '../shipment/shown-text';
import { asJson, print } from '../terminal';
import { command } from './summaries';

interface LinkOptions {
  readonly carrier?: string;
  readonly replace?: true;
  readonly dryRun?: true;
  readonly reason?: string;
  readonly json?: true;
}

/** `waybell link`: says which order a parcel belongs to, and lets its delivery go on. */
export function linkCommand(): Command {
  return command('link')
    .argument('<number>', 'its tracking number')
    .argument('<order>', 'the id of the order, as the shop writes it')
    .option('--carrier <name>', 'whose number it is, where several have it or nobody has heard of it')
    .option('--replace', 'also where it has another order')
    .option('--dry-run', 'only say what would happen')
    .option('--reason <why>', 'for the audit')
    .option('--json', 'for programs')
    .action(async (number: string, order: string, options: LinkOptions) => {
      const { carrier, replace, dryRun, reason, json } = options;
      const linked = await ask(loadConfig(), linkParcel, {
        params: { tracking_no: number },
        body: { order_id: order, carrier, replace: replace === true, dry_run: dryRun === true, reason },
      });
      print(json ? asJson(linked) : inWords(linked));
    });
}

function inWords({
  dry_run: dry,
  added,
  order_before: before,
  waybill,
  woken,
}: AnswerTo<typeof linkParcel>): string {
  const { carrier, tracking_no: number, order_id: order } = waybill;
  const deliveries = `${woken} ${woken === 1 ? 'delivery' : 'deliveries'}`;
  return [
    `parcel     ${[carrier, number].filter(Boolean).join(' ')}${added ? ', new in the table of the shop' : ''}`,
    `order      ${order}${before === null ? '' : `, before: ${before}`}`,
    `${dry ? 'would wake' : 'woken     '} ${woken === 0 ? 'nobody: no delivery waits for it' : deliveries}`,
    ...(dry ? ['', 'Nothing was changed.'] : ['', `next       npx waybell why ${asShellWord(number)}`]),
  ].join('\n');
}
