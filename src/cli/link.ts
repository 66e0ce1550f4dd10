import type { Command } from 'commander';
import { ask, type AnswerTo } from '../api/ask';
import { linkParcel } from '../api/waybill-operations';
import { loadConfig } from '../config/config';
import { asShellWord } from '../shipment/shown-text';
import { asJson, print, tell, type Line } from '../terminal';
import { counted, DELIVERIES, say } from './language';
import { HEADS, nextRow, rows } from './rows';
import { jsonOption } from './checked-option';
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
    .argument('<number>', say({ en: 'its tracking number', zh: '它的快递单号' }))
    .argument(
      '<order>',
      say({ en: 'the id of the order, as the shop writes it', zh: '订单 id，与商城的写法一致' }),
    )
    .option(
      '--carrier <name>',
      say({
        en: 'whose number it is, where several have it or nobody has heard of it',
        zh: '单号属于哪家快递公司；几家都有或都没听说过时需要',
      }),
    )
    .option(
      '--replace',
      say({ en: 'also where it has another order, which the shop has', zh: '即使它已属于商城的另一个订单' }),
    )
    .option('--dry-run', say({ en: 'only say what would happen', zh: '只说明会发生什么' }))
    .option('--reason <why>', say({ en: 'for the audit', zh: '原因，写入审计' }))
    .addOption(jsonOption())
    .action(async (number: string, order: string, options: LinkOptions) => {
      const { carrier, replace, dryRun, reason, json } = options;
      const linked = await ask(loadConfig(), linkParcel, {
        params: { tracking_no: number },
        body: { order_id: order, carrier, replace: replace === true, dry_run: dryRun === true, reason },
      });
      if (json) print(asJson(linked));
      else tell(linkedInWords(linked));
    });
}

export function linkedInWords({
  dry_run: dry,
  added,
  order_before: before,
  waybill,
  woken,
}: AnswerTo<typeof linkParcel>): Line[] {
  const { carrier, tracking_no: number, order_id: order } = waybill;
  const parcel = [carrier, number].filter(Boolean).join(' ');
  const nobody = { en: 'nobody: no delivery waits for it', zh: '没有：没有投递在等待它' };
  return [
    ...rows([
      [
        HEADS.parcel,
        added
          ? say({ en: `${parcel}, new in the table of the shop`, zh: `${parcel}，新加入商城的表` })
          : parcel,
      ],
      [
        HEADS.order,
        before === null
          ? String(order)
          : say({ en: `${order}, before: ${before}`, zh: `${order}，原订单：${before}` }),
      ],
      [
        dry ? { en: 'would wake', zh: '将继续' } : { en: 'woken', zh: '已继续' },
        woken === 0 ? say(nobody) : counted(woken, DELIVERIES),
      ],
    ]),
    '',
    ...(dry
      ? [say({ en: 'Nothing was changed.', zh: '没有做任何更改。' })]
      : [nextRow(`npx waybell why ${asShellWord(number)}`)]),
  ];
}
