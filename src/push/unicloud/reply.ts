import { isLayer, type JsonLayer } from '../json-layer';

/** A failure as some layer of the answer names it. */
export interface Failure {
  readonly code: string;
  readonly messages: readonly string[];
}

/** What an answer says, freed of its wrapping. */
export interface Reply {
  /** The word for our phone; success of the whole says nothing about it. */
  readonly status: string | null;
  /** What uni-push calls the push. */
  readonly taskId: string | null;
  readonly failure: Failure | null;
  /** The answer of a push that went to every phone. */
  readonly broadcast: boolean;
  /** A page, which is no answer of a function. */
  readonly isHtml: boolean;
}

/** Function wrapper, library, platform error: three at most; two more for wrappers of wrappers. */
const MAX_LAYERS = 5;
/** Where a wrapper keeps what it wraps. An integrated response that was not taken for one keeps it in `body`. */
const INSIDE = ['error', 'data', 'result', 'body'] as const;
const OK_CODES: readonly unknown[] = [undefined, null, '', 0, '0', 200, '200'];
/** Task ids of pushes to the whole app start so; those to single phones start with RASS_ or RASL_. */
const BROADCAST_TASK = 'RASA_';

/**
 * Reads the body of an answer. How a function wraps the library's result is up to its author:
 * `{errCode, data}`, `{code: 200, msg, data: {errCode, data}}`, `{code: 0, data}`, `{success: true, result}`,
 * `{success: false, error}`, `{statusCode: 200, body}`, or any of them as a string or as the only one of a list; an
 * alias stands between task and phone in some.
 */
export function readReply(body: string, cid: string): Reply {
  const layers = layersOf(body);
  const tasks = layers.at(-1) ?? {};
  return {
    ...targetOf(tasks, cid),
    failure: innermostFailure(layers),
    broadcast: isBroadcast(tasks),
    isHtml: HTML.test(body),
  };
}

const HTML = /^\s*<(?:!doctype|html|head|body|!--|\?xml)/i;

/** From the outermost wrapper to the innermost value. */
function layersOf(body: string): JsonLayer[] {
  const layers: JsonLayer[] = [];
  let value = decoded(body);
  while (isLayer(value) && layers.length < MAX_LAYERS) {
    const layer = value;
    layers.push(layer);
    value = INSIDE.map((key) => decoded(layer[key])).find(isLayer);
  }
  return layers;
}

/** Parsed by content, not by header: a function that returns JSON as a string answers text/plain. */
function decoded(value: unknown): unknown {
  // A function that sends a list of messages answers with a list; we ask for one.
  if (Array.isArray(value) && value.length === 1) return decoded(value[0]);
  if (typeof value !== 'string') return value;
  try {
    return decoded(JSON.parse(value));
  } catch {
    return value;
  }
}

/** `{<task>: {<cid>: <status>}}`, or with an alias between: `{<task>: {<alias>: {<cid>: <status>}}}`. */
function targetOf(tasks: JsonLayer, cid: string): Pick<Reply, 'taskId' | 'status'> {
  for (const [taskId, phones] of Object.entries(tasks)) {
    if (!isLayer(phones)) continue;
    const holder = [phones, ...Object.values(phones).filter(isLayer)].find((each) =>
      Object.hasOwn(each, cid),
    );
    const status = wordOf(holder?.[cid]);
    if (status !== null) return { taskId, status };
  }
  return { taskId: null, status: null };
}

/** Where a function takes our target for an alias, it is several phones: one that was reached is enough. */
function wordOf(value: unknown): string | null {
  const words = (isLayer(value) ? Object.values(value) : [value]).filter((word) => typeof word === 'string');
  return words.find((word) => word !== 'successed_ignore') ?? words[0] ?? null;
}

function isBroadcast(tasks: JsonLayer): boolean {
  return Object.entries(tasks).some(
    ([key, value]) => typeof value === 'string' && (key === '$taskid' || value.startsWith(BROADCAST_TASK)),
  );
}

/** The innermost, since an outer `code: 200` only says that the function itself ran. */
function innermostFailure(layers: readonly JsonLayer[]): Failure | null {
  const codeOf = ({ errCode, code, statusCode }: JsonLayer): unknown => errCode ?? code ?? statusCode;
  const layer = layers.findLast((each) => !OK_CODES.includes(codeOf(each)));
  if (layer === undefined) return null;
  const code = codeOf(layer);
  const { errMsg, message, msg, error } = layer;
  return {
    code: typeof code === 'number' || typeof code === 'string' ? String(code) : typeof code,
    messages: [errMsg, message, msg, error].filter((text) => typeof text === 'string'),
  };
}
