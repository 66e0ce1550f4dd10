import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { reportInWords } from '../../src/cli/doctor-report';
import { speak } from '../../src/cli/language';
import { reportAsJson } from '../../src/doctor/examine';
import { judgeProbe, type KeyWay } from '../../src/doctor/judge-rest';
import { factsOfKey, generateKeys, judgeKey } from '../../src/doctor/keys';
import { REST_FINDINGS } from '../../src/doctor/rest-answer';
import { explainRefusal, refusalFix } from '../../src/intake/channels/why-refused';
import { PROJECT_ROOT } from '../../src/project-root';
import { MAKER_NAMES, makerOf } from '../../src/push/classes/makers';
import { forPeople } from '../../src/terminal';
import { lostIn } from '../setup/same-facts';

/** Where what `waybell doctor` says is written. */
const FILES = [
  ...inFolder('src/doctor'),
  ...inFolder('src/doctor/checks'),
  ...inFolder('src/database/schema'),
  ...['src/cli/doctor.ts', 'src/cli/keys-probe.ts'],
  ...['src/config/open-doors.ts', 'src/config/trial.ts', 'src/process/ports.ts'],
  ...[
    'src/intake/channels/why-refused.ts',
    'src/shipment/shop-facts.ts',
    'src/shipment/contradicting-rows.ts',
  ],
];

function inFolder(folder: string): string[] {
  return readdirSync(path.join(PROJECT_ROOT, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
}

interface Pair {
  readonly en: string;
  readonly zh: string;
}

/** Every `{ en: …, zh: … }` of a file whose sentences stand there, with what is filled in as it is written. */
function pairsIn(file: string): Pair[] {
  const text = readFileSync(path.join(PROJECT_ROOT, file), 'utf8');
  const pairs: Pair[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const [en, zh] = [sentenceOf(node, 'en'), sentenceOf(node, 'zh')];
      if (en !== undefined && zh !== undefined) pairs.push({ en, zh });
    }
    ts.forEachChild(node, look);
  };
  look(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return pairs;
}

function sentenceOf(node: ts.ObjectLiteralExpression, language: string): string | undefined {
  for (const property of node.properties) {
    if (!ts.isPropertyAssignment(property) || property.name.getText() !== language) continue;
    const { initializer } = property;
    if (ts.isStringLiteralLike(initializer)) return initializer.text;
    if (!ts.isTemplateExpression(initializer)) return undefined;
    return [
      initializer.head.text,
      ...initializer.templateSpans.map(({ expression, literal }) => `${filledIn(expression)}${literal.text}`),
    ].join('');
  }
  return undefined;
}

/** A name and its fields; how a word of one language is chosen is that language's own. */
function filledIn(expression: ts.Expression): string {
  const name = expression.getText().replace(/\b(?:en|zh)$/, 'words');
  return /^[\w.]+$/.test(name) ? `«${name}_0»` : '';
}

describe('what the doctor says', () => {
  test('has the same commands, settings, codes and facts in both languages, in every file', () => {
    const pairs = FILES.flatMap((file) =>
      pairsIn(file).map((pair) => ({ file, ...pair, lost: lostIn(pair) })),
    );
    expect(pairs.length).toBeGreaterThan(200);
    expect(pairs.filter(({ lost }) => lost.length > 0)).toEqual([]);
  });

  test('of what a PostgREST answers is the same in both languages, whoever asks', () => {
    const { anonKey, serviceRoleKey } = generateKeys({ issuer: 'shop', years: 1 });
    const keys = [null, ...[anonKey, serviceRoleKey, 'sb_secret_0'].map(factsOfKey)];
    for (const finding of REST_FINDINGS)
      for (const way of ['none', 'apikey', 'bearer'] satisfies KeyWay[])
        for (const key of keys)
          for (const hasRows of [true, false]) {
            const probe = {
              finding,
              code: null,
              way,
              status: 200,
              leadsTo: 'https://shop.example/login',
              key,
            };
            const scene = { table: 'ml_orders', hasRows, audience: 'authenticated', now: Date.now() };
            const { message, fix } = judgeProbe(probe, scene);
            expect([message, ...(fix ? [fix] : [])].flatMap(lostIn)).toEqual([]);
          }
  });

  test('is said in the language that is spoken, and in English to programs', () => {
    const judged = judgeKey({ variable: 'ANON_KEY', role: 'anon', value: 'no-token' }, 'secret', Date.now());
    const report = { findings: [{ check: 'supabase keys', ...judged }], repaired: [] };
    speak('zh');
    const [line, advice] = forPeople(reportInWords(report), {}).split('\n');
    const published = reportAsJson(report);
    speak('en');
    expect(line).toBe('问题     supabase keys  ANON_KEY 不是 JWT。');
    expect(advice?.trim()).toBe('-> 请复制完整的密钥，不带引号。');
    expect(JSON.parse(published)).toEqual({
      healthy: false,
      findings: [
        {
          check: 'supabase keys',
          level: 'problem',
          message: 'ANON_KEY is no JWT.',
          fix: 'Copy the whole key, without quotes.',
          fixable: false,
        },
      ],
      repaired: [],
    });
  });

  test('of makers and of refusals is the same in both languages', () => {
    for (const { phones, applyFor, without } of MAKER_NAMES.map(makerOf))
      expect([phones, applyFor, without].flatMap(lostIn)).toEqual([]);
    for (const reason of ['header-mismatch', 'url-expired', 'internal', 'a-reason-of-tomorrow']) {
      const said = explainRefusal({ reason, place: 'X-Signature', found: 'Sign' });
      const fix = refusalFix(reason, 'waybell channels rotate kdniao main', 'KDNiao');
      expect([said, fix].flatMap(lostIn)).toEqual([]);
    }
  });
});
