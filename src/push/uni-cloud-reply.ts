/** A failure as some layer of the answer names it. */
export interface Failure {
  readonly code: string;
  readonly messages: readonly string[];
}

/** What an answer says, freed of its wrapping. */
export interface Reply {
  /** The word for our phone; success of the whole says nothing about it. */
  readonly status: string | null;
  readonly failure: Failure | null;
  /** The answer of a push that went to every phone. */
  readonly broadcast: boolean;
}

type Layer = Readonly<Record<string, unknown>>;

/** Function wrapper, library, platform error: three at most; one more for a wrapper of a wrapper. */
const MAX_LAYERS = 4;
const OK_CODES: readonly unknown[] = [undefined, null, '', 0, '0', 200, '200'];
/** Task ids of pushes to the whole app start so; those to single phones start with RASS_ or RASL_. */
const BROADCAST_TASK = 'RASA_';

/**
 * Reads the body of an answer. How a function wraps the library's result is up to its author:
 * `{errCode, data}`, `{code: 200, msg, data: {errCode, data}}`, `{code: 0, data}`, `{success: false, error}`,
 * or any of them as a string; an alias stands between task and phone in some.
 */
export function readReply(body: string, cid: string): Reply {
  const layers = layersOf(body);
  const tasks = layers.at(-1) ?? {};
  return { status: statusOf(tasks, cid), failure: innermostFailure(layers), broadcast: isBroadcast(tasks) };
}

/** From the outermost wrapper to the innermost value. */
function layersOf(body: string): Layer[] {
  const layers: Layer[] = [];
  let value = decoded(body);
  while (isLayer(value) && layers.length < MAX_LAYERS) {
    layers.push(value);
    const error = decoded(value.error);
    value = isLayer(error) ? error : decoded(value.data);
  }
  return layers;
}

/** Parsed by content, not by header: a function that returns JSON as a string answers text/plain. */
function decoded(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return decoded(JSON.parse(value));
  } catch {
    return value;
  }
}

function isLayer(value: unknown): value is Layer {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{<task>: {<cid>: <status>}}`, or with an alias between: `{<task>: {<alias>: {<cid>: <status>}}}`. */
function statusOf(tasks: Layer, cid: string): string | null {
  const phones = Object.values(tasks).filter(isLayer);
  const holders = [...phones, ...phones.flatMap((task) => Object.values(task).filter(isLayer))];
  const status = holders.find((holder) => Object.hasOwn(holder, cid))?.[cid];
  return typeof status === 'string' ? status : null;
}

function isBroadcast(tasks: Layer): boolean {
  return Object.entries(tasks).some(
    ([key, value]) => typeof value === 'string' && (key === '$taskid' || value.startsWith(BROADCAST_TASK)),
  );
}

/** The innermost, since an outer `code: 200` only says that the function itself ran. */
function innermostFailure(layers: readonly Layer[]): Failure | null {
  const layer = layers.findLast(({ errCode, code }) => !OK_CODES.includes(errCode ?? code));
  if (layer === undefined) return null;
  const code = layer.errCode ?? layer.code;
  const { errMsg, message, msg, error } = layer;
  return {
    code: typeof code === 'number' || typeof code === 'string' ? String(code) : typeof code,
    messages: [errMsg, message, msg, error].filter((text) => typeof text === 'string'),
  };
}
