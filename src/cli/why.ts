import { Option, type Command } from 'commander';
import { ask, RefusedError, type AnswerTo } from '../api/ask';
import { explainDeliveries } from '../api/delivery-operations';
import { listOrderParcels } from '../api/waybill-operations';
import { loadConfig, type Config } from '../config/config';
import type { HttpErrorCode } from '../errors';
import { asJson, print, tell } from '../terminal';
import { EXIT } from './exit-codes';
import { jsonOption } from './checked-option';
import { say } from './language';
import { command } from './summaries';
import { ABOUT, findTold, toldInTable, whereToLook, type About } from './told-whom';
import { explainedInWords, orderInWords, type Explained, type OrderedParcel } from './why-words';

/** Parcels of an order that nobody was told of, each of which is looked at. */
const MOST_PARCELS = 10;

/** `waybell why`: from "my customer got no push" to the cause. */
export function whyCommand(): Command {
  return command('why')
    .argument(
      '<name>',
      say({
        en: 'a tracking number, a message_id, a workflow id, an order, a person (user or merchant) or a phone (cid)',
        zh: '快递单号、message_id、workflow id、订单、个人（用户或商家）或手机（cid）',
      }),
    )
    .addOption(
      new Option(
        '--as <what>',
        say({ en: 'what the name is, where it may be several', zh: '名称可能有几种含义时，指明是哪一种' }),
      ).choices(['parcel', ...ABOUT]),
    )
    .addOption(jsonOption())
    .action(async (name: string, options: WhyOptions) => {
      process.exitCode = await answer(loadConfig(), name.trim(), options);
    });
}

interface WhyOptions {
  readonly as?: 'parcel' | About;
  readonly json?: true;
}

/** @returns the exit code */
async function answer(config: Config, name: string, { as, json }: WhyOptions): Promise<number> {
  const show = (found: Explained, asked: string): void =>
    json ? print(asJson(found)) : tell(explainedInWords(found, asked));
  const found = as === undefined || as === 'parcel' ? await explain(config, name) : undefined;
  if (found !== undefined) {
    show(found, name);
    return EXIT.ok;
  }
  const told = as === 'parcel' ? [] : await findTold(config, name, as === undefined ? ABOUT : [as]);
  const [only, ...more] = new Set(told.map(({ workflow_id: id }) => id));
  const one = only != null && more.length === 0 ? await explain(config, only) : undefined;
  const untold = told.length > 0 || !mayBeOrder(as) ? [] : await findParcels(config, name);
  if (one !== undefined && only != null) show(one, only);
  else if (json)
    print(asJson({ ok: true, notifications: told, ...(untold.length > 0 && { parcels: untold }) }));
  else if (told.length > 0) tell(toldInTable(told));
  else tell(untold.length > 0 ? orderInWords(name, untold) : await whereToLook(config, name));
  return told.length + untold.length > 0 ? EXIT.ok : EXIT.notFound;
}

const mayBeOrder = (as: WhyOptions['as']): boolean => as === undefined || as === 'order';

/** The parcels of an order of which nobody was told anything, with what is known of each. */
async function findParcels(config: Config, orderId: string): Promise<OrderedParcel[]> {
  const { parcels } = await ask(config, listOrderParcels, { params: { order_id: orderId } }).catch(nothing);
  return Promise.all(
    parcels.slice(0, MOST_PARCELS).map(async (parcel) => ({
      ...parcel,
      deliveries: (await explain(config, parcel.tracking_no))?.deliveries ?? [],
    })),
  );
}

/** What is no id of this shop names no order. */
function nothing(error: unknown): Pick<AnswerTo<typeof listOrderParcels>, 'parcels'> {
  if (error instanceof RefusedError && error.problem.code === 'field-invalid') return { parcels: [] };
  throw error;
}

/** @returns `undefined` where it names no parcel, message or workflow */
async function explain(config: Config, name: string): Promise<Explained | undefined> {
  return ask(config, explainDeliveries, { query: { name } }).catch((error: unknown) => {
    if (error instanceof RefusedError && NOT_THAT.includes(error.problem.code)) return undefined;
    throw error;
  });
}

const NOT_THAT: readonly string[] = ['delivery-unknown', 'field-invalid'] satisfies HttpErrorCode[];
