import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { escapeIdentifier } from 'pg';
import type pg from 'pg';
import type { Journal } from '../../src/intake/journal';

/** Where one of the marks that were searched for stands. */
export interface Hit {
  /** `waybell.express_updates.input`, `history of <workflow type>`, `list of Temporal`, `journal`, or a file. */
  readonly place: string;
  readonly mark: string;
  /** Rows, runs or files. */
  readonly times: number;
}

/** Where to look; what is absent is not looked at. */
export interface Everywhere {
  readonly pool: pg.Pool;
  /** All runs of this task queue: histories and what a list shows of them. */
  readonly temporal?: { readonly client: Client; readonly taskQueue: string };
  /** As the product reads it, not its files: a store on disk is compacted when it likes. */
  readonly journal?: Pick<Journal, 'waiting' | 'unarchived'>;
  /** Folders of logs and other files. */
  readonly folders?: readonly string[];
}

/**
 * Searches everything that Waybell writes for words that must not stand there: every column of every table of `waybell`
 * and `public`, whatever its type, every history and list entry of Temporal, the journal, and files.
 */
export async function findEverywhere(where: Everywhere, marks: readonly string[]): Promise<Hit[]> {
  const { pool, temporal, journal, folders = [] } = where;
  return [
    ...(await inTables(pool, marks)),
    ...(temporal ? await inTemporal(temporal, marks) : []),
    ...(journal ? await inJournal(journal, marks) : []),
    ...folders.flatMap((folder) => inFiles(folder, marks)),
  ];
}

/** The places alone, each once. */
export const placesOf = (hits: readonly Hit[]): string[] =>
  [...new Set(hits.map(({ place }) => place))].sort();

async function inTables(pool: pg.Pool, marks: readonly string[]): Promise<Hit[]> {
  const { rows: columns } = await pool.query<{ schema: string; table: string; column: string; type: string }>(
    `select n.nspname as schema, c.relname as table, a.attname as column, a.atttypid::regtype::text as type
       from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('waybell', 'public') and c.relkind in ('r', 'p', 'm') and a.attnum > 0 and not a.attisdropped
      order by 1, 2, a.attnum`,
  );
  const hits: Hit[] = [];
  for (const { schema, table, column, type } of columns) {
    const name = escapeIdentifier(column);
    // Bytes are searched as they are; JSON may hold what is not ASCII escaped.
    const text = type === 'bytea' ? `encode(${name}, 'escape')` : `${name}::text`;
    const forms = marks.flatMap((mark) =>
      (type === 'bytea' ? formsInBytes(mark) : formsOf(mark)).map((form) => ({ mark, form })),
    );
    const { rows } = await pool.query<{ mark: string; times: number }>(
      `select mark, count(*)::int as times
         from ${escapeIdentifier(schema)}.${escapeIdentifier(table)}
         cross join lateral (
           select distinct mark from jsonb_to_recordset($1) as wanted(mark text, form text)
            where strpos(${text}, form) > 0) found
        group by mark`,
      [JSON.stringify(forms)],
    );
    hits.push(...rows.map((row) => ({ place: `${schema}.${table}.${column}`, ...row })));
  }
  return hits;
}

/** A mark as it is, as JSON may escape it, and as it stands in an address or a workflow id. */
function formsOf(mark: string): string[] {
  const escaped = mark.replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [...new Set([mark, escaped, encodeURIComponent(mark)])];
}

/** As `encode(…, 'escape')` writes bytes beyond ASCII. */
function formsInBytes(mark: string): string[] {
  const octal = (text: string): string =>
    [...Buffer.from(text)]
      .map((byte) =>
        byte > 126
          ? `\\${byte.toString(8).padStart(3, '0')}`
          : byte === 92
            ? '\\\\'
            : String.fromCharCode(byte),
      )
      .join('');
  return formsOf(mark).map(octal);
}

async function inTemporal(
  { client, taskQueue }: { readonly client: Client; readonly taskQueue: string },
  marks: readonly string[],
): Promise<Hit[]> {
  const found = new Map<string, Hit>();
  for await (const { type, runId, workflowId, raw } of client.workflow.list({
    query: `TaskQueue = '${taskQueue}'`,
  })) {
    note('list of Temporal', wordsOf(raw));
    const history = await client.workflow
      .getHandle(workflowId, runId)
      .fetchHistory()
      .catch(() => undefined);
    if (history) note(`history of ${type}`, wordsOf(history));
  }
  return [...found.values()];

  function note(place: string, text: string): void {
    for (const mark of marks.filter((each) => holds(text, each))) {
      const key = `${place} ${mark}`;
      found.set(key, { place, mark, times: (found.get(key)?.times ?? 0) + 1 });
    }
  }
}

const holds = (text: string, mark: string): boolean => formsOf(mark).some((form) => text.includes(form));

/** All that an answer of Temporal says, payloads among it, as one text. */
function wordsOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(wordsOf).join('\n');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .flatMap(([key, part]) => [key, wordsOf(part)])
      .join('\n');
  return typeof value === 'string' ? value : '';
}

async function inJournal(
  journal: Pick<Journal, 'waiting' | 'unarchived'>,
  marks: readonly string[],
): Promise<Hit[]> {
  const all = Number.MAX_SAFE_INTEGER;
  const text = wordsOf([await journal.waiting(all), await journal.unarchived(all)]);
  return marks.filter((mark) => holds(text, mark)).map((mark) => ({ place: 'journal', mark, times: 1 }));
}

function inFiles(folder: string, marks: readonly string[]): Hit[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.flatMap((entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const text = readFileSync(file).toString();
    return marks.filter((mark) => holds(text, mark)).map((mark) => ({ place: file, mark, times: 1 }));
  });
}
