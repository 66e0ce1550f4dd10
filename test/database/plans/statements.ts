import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import ts from 'typescript';
import type { Queryable } from '../../../src/database/pool';

const FOLDER = path.join(__dirname, '../../../src/database');

/** A place in `src/database` that asks PostgreSQL, as `file:line`. */
export interface Place {
  readonly at: string;
  /** The file and the function that it stands in. */
  readonly name: string;
}

/** Opens and ends transactions; what it says is no statement about rows. */
const NO_STATEMENTS = ['pool.ts'];

/** Every call of `query` in the files of the tables. `schema/` is for before the start, and reads whole tables. */
export function findPlaces(): Place[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts') && !NO_STATEMENTS.includes(file))
    .flatMap((file) => placesOf(file, readFileSync(path.join(FOLDER, file), 'utf8')));
}

function placesOf(file: string, text: string): Place[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const places: Place[] = [];
  const visit = (node: ts.Node, within: string): void => {
    const name = ts.isFunctionDeclaration(node) && node.name ? node.name.text : within;
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === 'query'
    ) {
      const { line } = source.getLineAndCharacterOfPosition(node.expression.name.getStart());
      places.push({ at: `${file}:${line + 1}`, name: `${file} ${name}` });
    }
    ts.forEachChild(node, (child) => visit(child, name));
  };
  visit(source, '');
  return places;
}

/** A statement that the product has sent, and the first values that it sent it with. */
export interface Statement {
  readonly at: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Notes what goes through it, and from where. */
export function recordStatements(db: Queryable): {
  readonly recorded: Queryable;
  readonly statements: () => Statement[];
} {
  const seen = new Map<string, Statement>();
  return {
    recorded: {
      query: (text: string, values: unknown[] = []) => {
        const at = callerOf(new Error().stack ?? '');
        if (at !== undefined && !seen.has(`${at} ${text}`)) seen.set(`${at} ${text}`, { at, text, values });
        return db.query(text, values);
      },
    } as Queryable,
    statements: () => [...seen.values()],
  };
}

/** @returns `undefined` for what the test itself asks */
function callerOf(stack: string): string | undefined {
  const [, file, line] = /src\/database\/([\w/-]+\.ts):(\d+):/.exec(stack) ?? [];
  return file === undefined ? undefined : `${file}:${line}`;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Filter?: string;
  readonly Plans?: readonly PlanNode[];
}

const EXPLAINED = /^\s*(select|with|insert|update|delete)\b/;

/**
 * How a statement finds its rows, by both kinds of plan: the one for its values, and the generic one, which a prepared
 * statement or a pooler may get.
 * @returns what reads a whole table of `growing`, or a whole index of one
 */
export async function wholeReads(
  db: pg.PoolClient,
  { text, values }: Statement,
  growing: readonly string[],
  smallIndexes: readonly string[],
): Promise<string[]> {
  if (!EXPLAINED.test(text)) return [];
  const plans = [
    await db.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`explain (format json) ${text}`, [...values]),
    await db.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`explain (generic_plan, format json) ${text}`),
  ];
  const found = plans.flatMap(({ rows }) =>
    rows.flatMap((row) => readWhole(row['QUERY PLAN'][0].Plan, false)),
  );
  return [...new Set(found)];

  function readWhole(node: PlanNode, limited: boolean): string[] {
    const { 'Node Type': type, 'Relation Name': table, 'Index Name': index } = node;
    const below = (node.Plans ?? []).flatMap((child) =>
      readWhole(child, type === 'Limit' || (limited && !/Sort|Aggregate|Hash/.test(type))),
    );
    if (type === 'Seq Scan' && table !== undefined && growing.includes(table))
      return [`all of ${table}`, ...below];
    const isWalk =
      index !== undefined &&
      node['Index Cond'] === undefined &&
      type !== 'Bitmap Heap Scan' &&
      !smallIndexes.includes(index) &&
      (table === undefined || growing.includes(table)) &&
      (!limited || node.Filter !== undefined);
    return isWalk ? [`all of ${index}`, ...below] : below;
  }
}
