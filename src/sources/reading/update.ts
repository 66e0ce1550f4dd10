import { pickupCodesOf, type PickupCodes } from '../../shipment/pickup-wait';
import { MAX_WORD, type Meaning, type ShipmentStatus, wordAt, wordsAt } from '../../shipment/status';
import type { Reading, ShipmentEvent, ShipmentUpdate } from '../../shipment/update';
import type { Conditions, Flaw, Parsed, Source, StatusTable } from '../source';
import { keyText } from './key-text';
import { boundScans, contentKey, wholeScan } from './scans';
import { withoutInvisible } from '../../shipment/shown-text';
import { carrierOf, maskedLine, plainText, trackingNoField } from './text';
import { readScanTime } from './times';

/** Longest text and place of one scan; characters. Real ones are below 200. */
const MAX_TEXT = 500;
/** Scans that are read closely, the newest; to date and mask one takes some 0.1 ms. */
const MAX_READ = 600;
/** Different things that can be wrong with one waybill and are told. */
const MAX_FLAWS = 20;

/** One scan in the words of a source, as it was read, before anything is trusted. */
export interface SaidScan {
  /** As it is written; empty when there is none. */
  readonly time: string;
  /** Of its status table; empty when the scan has none. */
  readonly code: string;
  readonly text: string;
  readonly place?: string;
  /** The sender's id of this very scan, if it stays the same whenever the scan is told again. */
  readonly id?: string;
  /** What tells this scan from any other of its waybill, beside its time and text: never the time of sending. */
  readonly identity?: readonly string[];
  /** What the scan means, where the code alone does not say it. */
  readonly status?: ShipmentStatus | null;
  /** The coarsest word for it, where the sender has several. */
  readonly kind?: string;
  /** All words for it, from the finest to the coarsest; absent where `code` is the only one. */
  readonly words?: readonly string[];
}

/** What a source says about one waybill. */
export interface SaidWaybill {
  readonly carrier: string;
  readonly trackingNo: string;
  readonly scans: readonly SaidScan[];
  /** The state that the source gives the whole waybill. */
  readonly state?: string;
  /** What the source says of the waybill as a whole: becomes a scan of its own where no scan says it. */
  readonly whole?: Omit<SaidScan, 'id' | 'identity'>;
  /** The carrier under which the waybill was told before the source corrected itself. */
  readonly formerCarrier?: string;
}

interface Rules {
  readonly source: Pick<Source, 'name' | 'statusTable' | 'lockerSigned'>;
  /** IANA zone of times without an offset. */
  readonly zone: string;
  readonly conditions: Conditions;
}

/** The update about one waybill, unless it has no usable number, and what was wrong with it. */
interface Built {
  readonly update?: ShipmentUpdate;
  readonly pickup?: PickupCodes;
  readonly flaws: readonly Flaw[];
}

/**
 * Turns what any source says about a waybill into a shipment update: canonical names, times in UTC, masked
 * texts, canonical statuses, every scan once. The only place where that is done.
 */
function buildUpdate(said: SaidWaybill, { source, zone, conditions }: Rules): Built {
  const carrier = carrierOf(said.carrier);
  const trackingNo = trackingNoField.safeParse(said.trackingNo);
  if (carrier === undefined || !trackingNo.success) {
    const where = withoutInvisible(maskedLine(`${said.carrier}/${said.trackingNo}`, MAX_WORD * 2, ''));
    return { flaws: [{ code: 'row-unusable', where, message: 'no usable carrier and tracking number' }] };
  }
  const formerCarrier = carrierOf(said.formerCarrier ?? '');
  const flaws = new Map<string, Flaw>();
  const flaw = (code: Flaw['code'], message: string): void => {
    if (flaws.size < MAX_FLAWS) flaws.set(`${code} ${message}`, { code, where: trackingNo.data, message });
  };

  const timeOf = (scan: Pick<SaidScan, 'time'>): string | undefined => {
    const read = readScanTime(scan.time, conditions.now, conditions.zone ?? zone);
    if ('time' in read) return read.time;
    flaw('time-unusable', `the time of a scan ${read.problem}`);
    return undefined;
  };
  const dated = newestOf(said.scans).map((scan) => ({ scan, time: timeOf(scan) }));
  // A scan without a time is put before those that have one, where it changes nothing.
  const fallback =
    dated
      .flatMap(({ time }) => time ?? [])
      .sort()
      .at(0) ?? new Date(conditions.now).toISOString();

  const unmasked = new Map<ShipmentEvent, string>();
  const meaningOf = createMeaningOf(source, conditions, trackingNo.data);
  const isListed = createIsListed(source, conditions);
  const read = (scan: SaidScan, time: string | undefined): ShipmentEvent => {
    const event = eventOf(scan, time, fallback, trackingNo.data, meaningOf(scan), isListed);
    unmasked.set(event, scan.text);
    if (event.reading === 'unknown') flaw('status-unknown', `the status ${event.rawStatus} is in no table`);
    return event;
  };

  const events = new Map<string, ShipmentEvent>();
  for (const { scan, time } of dated) {
    const event = read(scan, time);
    const twin = events.get(event.key);
    if (twin === undefined || twin.status === null) events.set(event.key, event);
  }
  const kept = boundScans([...events.values()]);
  const left = said.scans.length - dated.length + events.size - kept.length;
  if (left > 0) flaw('scans-cut', `only the newest ${kept.length} scans, ${left} left out`);

  const { whole } = said;
  const last =
    whole === undefined ||
    whole.code === '' ||
    isSilent(meaningOf(whole)) ||
    isCoarser(whole, dated, meaningOf)
      ? undefined
      : wholeScan(
          read(whole, whole.time === '' ? undefined : timeOf(whole)),
          [keyText(whole.code, MAX_WORD, trackingNo.data), keyText(whole.text, MAX_TEXT, trackingNo.data)],
          kept,
        );

  const scans = last === undefined ? kept : [...kept, last];
  // The state of the whole is another event by now.
  const asSaid = scans.map((event) => ({ ...event, text: unmasked.get(event) ?? whole?.text ?? '' }));
  const pickup = pickupCodesOf(asSaid, trackingNo.data, conditions.now);
  return {
    flaws: [...flaws.values()],
    ...(pickup && { pickup }),
    update: {
      source: source.name,
      carrier,
      trackingNo: trackingNo.data,
      events: scans,
      ...(said.state !== undefined &&
        said.state !== '' && {
          state: withoutInvisible(plainText(said.state, MAX_WORD)),
        }),
      ...(formerCarrier !== undefined && formerCarrier !== carrier && { formerCarrier }),
    },
  };
}

interface DatedScan {
  readonly scan: SaidScan;
  readonly time: string | undefined;
}

/**
 * As many of the newest as are read closely, in the order given. By the digits of their times, since to read ten
 * thousand takes longer than a carrier waits.
 */
function newestOf(scans: readonly SaidScan[]): readonly SaidScan[] {
  if (scans.length <= MAX_READ) return scans;
  const digits = scans.map(({ time }) => time.slice(0, 32).replace(/\D/g, '').slice(0, 14));
  const oldest = [...digits].sort().at(-MAX_READ) ?? '';
  return scans.filter((_, index) => (digits[index] ?? '') >= oldest).slice(0, MAX_READ);
}

/** What a scan means, and who says so. */
interface ReadMeaning {
  readonly status: Meaning;
  readonly reading?: Reading;
}

type SaidWord = Pick<SaidScan, 'code' | 'words' | 'status'>;
type MeaningOf = (said: SaidWord) => ReadMeaning;

/**
 * The shop has the last word: what it says of the finest word that it or the table knows goes before the table, before
 * what lockers mean, and before all that the source reads beside the word.
 */
function createMeaningOf(
  { name, statusTable, lockerSigned }: Rules['source'],
  conditions: Conditions,
  trackingNo: string,
): MeaningOf {
  const ofShop = wordsAt(name, conditions.statusMap ?? {});
  const corrects = Object.keys(ofShop).length > 0;
  const table: StatusTable = { ...conditions.statusMap, ...statusTable };
  return ({ code, words = [code], status }) => {
    if (corrects) {
      const kept = words.flatMap((word) => spellings(word, trackingNo));
      const word = kept.find((one) => Object.hasOwn(ofShop, one) || Object.hasOwn(statusTable, one));
      if (word !== undefined && Object.hasOwn(ofShop, word))
        return { status: ofShop[word] ?? null, reading: 'shop' };
    }
    if (status !== undefined) return { status };
    const known = spellings(code, trackingNo);
    const word = known.find((one) => Object.hasOwn(table, one)) ?? known[0];
    if (lockerSigned?.includes(word)) return { status: conditions.lockerSigned };
    if (word !== '' && !Object.hasOwn(table, word)) return { status: null, reading: 'unknown' };
    return { status: table[word] ?? null };
  };
}

/** Whether everybody may know a word as it is kept: it stands in the published table, or in the shop's setting. */
function createIsListed(
  { name, statusTable }: Rules['source'],
  { statusMap = {} }: Conditions,
): (word: string) => boolean {
  return (word) =>
    word === '' ||
    Object.hasOwn(statusTable, word) ||
    Object.hasOwn(statusMap, word) ||
    Object.hasOwn(statusMap, wordAt(name, word));
}

/** A word as it is kept: a sender may write a sentence into the field. */
function keptWord(word: string, trackingNo: string): string {
  return maskedLine(word, MAX_WORD, trackingNo);
}

/** As it is kept, and as earlier releases kept it: a shop may have named it so in `STATUS_MAP`. */
function spellings(word: string, trackingNo: string): readonly [kept: string, before: string] {
  return [keptWord(word, trackingNo), keyText(word, MAX_WORD, trackingNo)];
}

/** Whether it is known to say nothing. */
function isSilent({ status, reading }: ReadMeaning): boolean {
  return status === null && reading !== 'unknown';
}

/** Whether the newest scan says the same in a finer word: at customs, where the whole is in transit. */
function isCoarser(whole: SaidScan, dated: readonly DatedScan[], meaningOf: MeaningOf): boolean {
  const { kind } = whole;
  const { status, reading } = meaningOf(whole);
  if (kind === undefined || reading === 'unknown' || status !== meaningOf({ code: kind }).status)
    return false;
  const newest = dated.reduce((max, { time = '' }) => (time > max ? time : max), '');
  return dated.some(({ scan, time = '' }) => time === newest && scan.kind === kind);
}

function eventOf(
  scan: SaidScan,
  time: string | undefined,
  fallback: string,
  trackingNo: string,
  { status, reading }: ReadMeaning,
  isListed: (word: string) => boolean,
): ShipmentEvent {
  const rawStatus = keptWord(scan.code, trackingNo);
  const place = maskedLine(scan.place ?? '', MAX_TEXT, trackingNo);
  return {
    key: scan.id
      ? `id:${plainText(scan.id, MAX_TEXT)}`
      : contentKey(time ?? '', keyText(scan.text, MAX_TEXT, trackingNo), ...(scan.identity ?? [])),
    time: time ?? fallback,
    status,
    rawStatus,
    ...(!isListed(rawStatus) && { unlisted: true }),
    ...(reading && { reading }),
    text: maskedLine(scan.text, MAX_TEXT, trackingNo),
    ...(place !== '' && { place }),
  };
}

/** Flaws of one request that are told. */
const MAX_FLAWS_OF_ALL = 200;

/** What a request says, waybill by waybill: one that is told in several rows becomes one update. */
export function buildUpdates(said: readonly SaidWaybill[], rules: Rules): Parsed {
  const waybills = new Map<string, SaidWaybill[]>();
  for (const row of said) {
    const key = JSON.stringify([row.carrier, row.trackingNo]);
    const rows = waybills.get(key);
    if (rows === undefined) waybills.set(key, [row]);
    else rows.push(row);
  }
  const built = [...waybills.values()].map(inOne).map((row) => withoutEmpty(buildUpdate(row, rules), row));
  const pickupCodes = new Map(
    built.flatMap(({ update, pickup }) => (update && pickup ? [[update, pickup] as const] : [])),
  );
  return {
    updates: built.flatMap(({ update }) => update ?? []),
    flaws: built.flatMap((one) => one.flaws).slice(0, MAX_FLAWS_OF_ALL),
    ...(pickupCodes.size > 0 && { pickupCodes }),
  };
}

/** The last row has the last word on the waybill as a whole. */
function inOne(rows: readonly SaidWaybill[]): SaidWaybill {
  return { ...(rows.at(-1) as SaidWaybill), scans: rows.flatMap(({ scans }) => scans) };
}

/**
 * An update without a scan would start a delivery that tells nobody anything; a corrected carrier is worth one. No
 * scans are no flaw where the sender says in a known word that there is nothing to tell yet.
 */
function withoutEmpty(built: Built, { whole }: SaidWaybill): Built {
  const { update, flaws } = built;
  if (update === undefined || update.events.length > 0 || update.formerCarrier !== undefined) return built;
  if (whole?.status === null) return { flaws };
  const { trackingNo } = update;
  return { flaws: [...flaws, { code: 'no-scans', where: trackingNo, message: 'nothing is told of it' }] };
}
