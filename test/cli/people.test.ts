import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { RefusedError, UnreachableError } from '../../src/api/ask';
import { showAttention } from '../../src/api/attention-operations';
import { explainDeliveries } from '../../src/api/delivery-operations';
import { HTTP_ERROR_CODES } from '../../src/api/http-problem';
import { showLedger } from '../../src/api/ledger-operations';
import { attentionInWords } from '../../src/cli/attention';
import { EXIT, EXIT_WORDS, NotFoundError, UsageError } from '../../src/cli/exit-codes';
import { failureOf } from '../../src/cli/failures';
import { named, say, speak } from '../../src/cli/language';
import { ledgerInWords } from '../../src/cli/ledger';
import { clock, moment } from '../../src/cli/moments';
import { sendCommand } from '../../src/cli/send';
import { endFacts, endsInWords } from '../../src/cli/show-delivery';
import { SUMMARIES } from '../../src/cli/summaries';
import { explainedInWords, orderInWords } from '../../src/cli/why-words';
import { loadConfig, SettingsError } from '../../src/config/config';
import { terminalLanguage } from '../../src/config/terminal-language';
import type { HttpErrorCode } from '../../src/errors';
import { inUse } from '../../src/process/locks';
import { readySummary } from '../../src/process/places';
import { PROJECT_ROOT } from '../../src/project-root';
import { forPeople, inTable, toned, type Line } from '../../src/terminal';
import type { Progress } from '../../src/workflows/progress';

const HAN = /\p{Script=Han}/u;
const NOW = Date.parse('2026-02-06T02:13:00.000Z');
const textOf = (lines: readonly Line[]): string => forPeople(lines, {});

afterEach(() => speak('en'));

describe('the language', () => {
  test.each([
    [{}, 'en'],
    [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
    [{ LANG: 'C.UTF-8', MESSAGE_LANGUAGE: 'zh' }, 'zh'],
    [{ LANG: '', MESSAGE_LANGUAGE: 'zh' }, 'zh'],
    [{ LANG: 'en_US.UTF-8', MESSAGE_LANGUAGE: 'zh' }, 'en'],
    [{ LC_ALL: 'zh_TW', LANG: 'en_US.UTF-8' }, 'zh'],
    [{ LANG: 'de_DE.UTF-8' }, 'en'],
  ])('of a terminal with %j is %s', (environment, language) => {
    expect(terminalLanguage(environment)).toBe(language);
  });

  test('puts the name of a code before it, and never in its place', () => {
    expect(named('status', 'delivered')).toBe('delivered');
    speak('zh');
    expect(named('status', 'delivered')).toBe('已签收（delivered）');
    expect(named('status', 'a-word-of-tomorrow')).toBe('a-word-of-tomorrow');
  });

  test('of every answer about a parcel is Chinese for who reads Chinese', () => {
    const { deliveries, refused } = explainDeliveries.examples.answer;
    const explained = { ok: true, deliveries: [...deliveries], refused: [...refused] } as never;
    const ordered = [
      { carrier: 'yto', tracking_no: 'YT1', status: null, deliveries: [] },
      { carrier: 'yto', tracking_no: 'YT2', status: null, deliveries: [...deliveries] },
    ] as never;
    const answers = (): string[] => [
      textOf(explainedInWords(explained, 'YT1', NOW)),
      textOf(orderInWords('O-1', ordered, NOW)),
      textOf(attentionInWords(showAttention.examples.answer as never, NOW)),
      textOf(ledgerInWords(showLedger.examples.answer as never, NOW)),
      textOf(endsInWords([WAITING])),
    ];
    for (const answer of answers()) expect(answer).not.toMatch(HAN);
    speak('zh');
    for (const answer of answers())
      expect(answer.replace(/npx .*/g, '')).not.toMatch(/[a-z]{3,} [a-z]{3,} [a-z]{3,}/);
  });
});

describe('what a start says', () => {
  const config = loadConfig({ HOST: '0.0.0.0' });
  const surroundings = {
    role: 'all',
    background: false,
    logFile: '/x/waybell.log',
    temporalCli: undefined,
  } as const;

  test('stands in both languages, line by line', () => {
    const { en, zh } = readySummary(config, surroundings);
    expect(en).not.toMatch(HAN);
    expect(zh.split('\n')).toHaveLength(en.split('\n').length);
    expect(zh.split('\n').slice(0, 2)).toEqual(['', 'Waybell 已就绪。']);
    expect(zh.replace(/^ {2}npm .*$/m, '')).not.toMatch(/[a-z]{3,} [a-z]{3,} [a-z]{3,}/);
    for (const [, place = ''] of en.matchAll(/(http:\/\/\S+)/g)) expect(zh).toContain(place);
  });

  test('is the same for a collector in each language', () => {
    const { en, zh } = readySummary(config, { ...surroundings, logFile: undefined });
    expect(en).toMatch(/^Waybell is ready: API http/);
    expect(zh).toMatch(/^Waybell is ready: API http/);
  });

  test('and what it refuses', () => {
    const refusal = inUse('/x', { role: 'api', pid: 4711, identity: '4711', since: new Date(NOW) });
    expect(failureOf(refusal)).toEqual({
      words:
        '/x is used by another Waybell, process 4711 (--only api): stop it (waybell stop), or set DATA_DIR.',
      exitCode: EXIT.trouble,
    });
    speak('zh');
    expect(failureOf(refusal).words).toBe(
      '/x 正被另一个 Waybell 使用（进程 4711（--only api））：请停止它（waybell stop），或设置 DATA_DIR。',
    );
  });
});

const WAITING = {
  workflowId: 'delivery/own-system/yto/YT1/1',
  state: 'RUNNING',
  progress: {
    ...{ carrier: 'yto', trackingNo: 'YT1', step: 'waiting', decision: null, recipients: null, round: 2 },
    ...{ audiences: [], pushes: [], retry: null },
    waitsUntil: '2026-02-13T02:11:00.000Z',
    attention: ['order-not-found'],
  } satisfies Progress,
} as const;

describe('a delivery that was tried again', () => {
  test('says that nobody has removed its cause, and what to do', () => {
    expect(textOf(endsInWords([WAITING])).split('\n')).toEqual([
      expect.stringMatching(/^delivery\/own-system\/yto\/YT1\/1: RUNNING, waiting until 2026-02-13 /),
      '  it still has no order',
      '  next       look up its order, then: npx waybell link YT1 ORDER_ID',
    ]);
    expect(endFacts(WAITING)).toMatchObject({ state: 'RUNNING', lacks: ['order-not-found'], pushes: [] });
  });
});

describe('a moment', () => {
  test('is local, with how far it is', () => {
    const at = new Date(NOW - 2 * 60_000);
    expect(moment(at, NOW)).toBe(`${clock(at)} (2 min ago)`);
    expect(moment(NOW + 3 * 86_400_000, NOW)).toMatch(/ \(in 3 days\)$/);
    speak('zh');
    expect(moment(at, NOW)).toBe(`${clock(at)}（2分钟前）`);
  });
});

describe('what a terminal shows', () => {
  const screen = (columns: number, colours = false) => ({ isTTY: true, columns, hasColors: () => colours });

  test('fits it, Chinese too, and loses no word', () => {
    const word = fc.constantFrom('parcel', '包裹已签收，', 'waits', '（push-failed）', 'YT1', '  ');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), fc.integer({ min: 40, max: 90 }), (words, columns) => {
        const text = words.join(' ');
        const shown = forPeople([text], screen(columns));
        expect(shown.split('\n').filter((line) => stringWidth(line) > columns)).toEqual([]);
        expect(shown.replace(/\s+/g, '')).toBe(text.replace(/\s+/g, ''));
        expect(shown).not.toMatch(/\n *[，。）]/);
      }),
    );
  });

  test('stands below itself, not below its head', () => {
    expect(forPeople(['state      the delivery waits for its order'], screen(30))).toBe(
      'state      the delivery waits\n           for its order',
    );
  });

  test('never breaks what is to be pasted', () => {
    const line = 'next       remove the cause, then: npx waybell retry delivery/own-system/yto/YT1 --force';
    expect(forPeople([line], screen(40))).toContain('npx waybell retry delivery/own-system/yto/YT1 --force');
    expect(forPeople([`Next page: --after 'eyJhIjoxfQ'`], screen(24))).toContain(`--after 'eyJhIjoxfQ'`);
    expect(forPeople([toned('paste', `select ${'x '.repeat(60)};`)], screen(40))).not.toContain('\n');
  });

  test('has colours only where there are some, and a pipe neither colours nor breaks', () => {
    const lines = [toned('bad', `OVERDUE ${'x '.repeat(60)}`)];
    expect(forPeople(lines, screen(200, true))).toContain('\u001b[31m');
    expect(forPeople(lines, screen(200))).not.toContain('\u001b');
    expect(forPeople(lines, { columns: 40, hasColors: () => true })).toBe(`OVERDUE ${'x '.repeat(60)}`);
  });

  test('obeys nothing that others have said', () => {
    expect(forPeople(['\u001b[31mred\u202e'], screen(80, true))).toBe(' [31mred');
  });

  test('has columns that Chinese does not shift', () => {
    expect(
      inTable([
        ['a', 'b'],
        ['包裹', 'x'],
      ]),
    ).toBe('a     b\n包裹  x');
  });
});

describe('exit codes', () => {
  const refused = (status: number, code: HttpErrorCode) =>
    new RefusedError(status, { ok: false, code, message: 'why' });

  test.each([
    [new UsageError('wrong'), EXIT.usage],
    [new SettingsError(['PORT: wrong']), EXIT.usage],
    [refused(400, 'field-invalid'), EXIT.usage],
    [new UnreachableError({ en: 'away', zh: '不可用' }), EXIT.unreachable],
    [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), EXIT.unreachable],
    [refused(503, 'field-invalid'), EXIT.unreachable],
    [new NotFoundError('none'), EXIT.notFound],
    [refused(404, 'delivery-unknown'), EXIT.notFound],
    [refused(404, 'route-unknown'), EXIT.trouble],
    [refused(409, 'nothing-to-retry'), EXIT.trouble],
    [new TypeError('a defect'), EXIT.trouble],
  ])('%s ends with %i', (error, code) => {
    expect(failureOf(error).exitCode).toBe(code);
  });

  test('and refusals are said in Chinese, each of them', () => {
    speak('zh');
    for (const code of HTTP_ERROR_CODES) {
      const { words } = failureOf(new RefusedError(409, { ok: false, code, message: 'why' }));
      expect(words).toMatch(/^Waybell 拒绝（409）：.*\p{Script=Han}.*。原话：why$/u);
    }
  });

  test.each([
    ['docs/operating.md', 'en'],
    ['docs/operating.zh-CN.md', 'zh'],
  ] as const)('stand in %s as the commands have them', (page, language) => {
    speak(language);
    const text = readFileSync(path.join(PROJECT_ROOT, page), 'utf8');
    for (const [name, words] of Object.entries(EXIT_WORDS))
      expect(text).toContain(`| ${EXIT[name as keyof typeof EXIT]} | ${say(words)} |`);
  });
});

interface Told {
  readonly words: string;
  readonly description: string;
  readonly options: readonly string[];
  readonly commands: readonly string[];
}

/** Every command as it was built: a process of its own loads all of them. */
function allCommands(): Told[] {
  const built = JSON.stringify(path.join(PROJECT_ROOT, 'dist/src/cli/commands.js'));
  const { stdout, stderr } = spawnSync(process.execPath, [
    '-e',
    `const tell = (one, above = '') => {
       const words = (above + ' ' + one.name()).trim();
       const commands = one.commands.map((below) => below.name());
       const options = [one, ...one.commands].flatMap((each) => each.options.map(({ long }) => long));
       const told = { words, description: one.description(), options, commands };
       return [told, ...one.commands.flatMap((below) => tell(below, words))];
     };
     Promise.all(Object.values(require(${built}).COMMANDS).map((load) => load()))
       .then((all) => console.log(JSON.stringify(all.flatMap((one) => tell(one)))));`,
  ]);
  expect(stderr.toString()).toBe('');
  return JSON.parse(stdout.toString()) as Told[];
}

describe('every command', () => {
  let all: Told[];
  beforeAll(() => {
    all = allCommands();
  });

  test('is listed with its one line, which it has from there', () => {
    expect(all.map(({ words }) => words).sort()).toEqual(Object.keys(SUMMARIES).sort());
    for (const { words, description } of all) expect(SUMMARIES).toHaveProperty([words, 'en'], description);
  });

  test('has examples of itself, which name options that it takes', () => {
    for (const { words, options } of all) {
      const { examples } = SUMMARIES[words as keyof typeof SUMMARIES];
      expect(examples.filter((example) => !example.includes(`waybell ${words}`))).toEqual([]);
      const named = examples.flatMap((example) => example.match(/--[a-z-]+/g) ?? []);
      expect(named.filter((option) => ![...options, '--lang'].includes(option))).toEqual([]);
    }
  });

  test('that tells something tells it to programs too', () => {
    const silent = ['start', 'stop', 'completion', 'keys generate'];
    const shownOnce = [
      'channels add',
      'channels rotate',
      'channels remove',
      'keys api add',
      'keys api revoke',
    ];
    const lacking = all.filter(
      ({ options, commands }) => commands.length === 0 && !options.includes('--json'),
    );
    expect(lacking.map(({ words }) => words).sort()).toEqual([...silent, ...shownOnce].sort());
  });

  test('send knows the statuses, and asks which one is meant', async () => {
    const command = sendCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined });
    await expect(command.parseAsync(['--status', 'deliverd'], { from: 'user' })).rejects.toThrow(
      'Did you mean delivered?',
    );
  });

  test('is completed by bash, those below it and its options too', () => {
    const main = path.join(PROJECT_ROOT, 'dist/src/cli/main.js');
    const script = spawnSync(process.execPath, [main, 'completion', 'bash']).stdout.toString();
    const complete = (...words: string[]): string =>
      spawnSync('bash', ['-s'], {
        input: `${script}
COMP_WORDS=(waybell ${words.join(' ')}); COMP_CWORD=${words.length}
_waybell; echo "\${COMPREPLY[*]}"`,
      }).stdout.toString();
    expect(complete('at')).toBe('attention\n');
    expect(complete('channels', 'ro')).toBe('rotate\n');
    expect(complete('channels', 'rotate', '--le')).toBe('--leaked\n');
    expect(complete('why', 'YT1', '--j')).toBe('--json\n');
  });

  test.each([
    [['wyh'], EXIT.usage],
    [[], EXIT.usage],
    [['why'], EXIT.usage],
    [['why', 'a', 'b'], EXIT.usage],
    [['providers', 'release', 'unicluod'], EXIT.usage],
    [['send', '--status', 'deliverd'], EXIT.usage],
    [['status', '--lang', 'fr'], EXIT.usage],
    [['--version'], EXIT.ok],
    [['help', 'why'], EXIT.ok],
    [['--lang', 'zh', 'why', '--help'], EXIT.ok],
  ])('%j ends with %i', (args, code) => {
    const main = path.join(PROJECT_ROOT, 'dist/src/cli/main.js');
    expect(spawnSync(process.execPath, [main, ...args]).status).toBe(code);
  });
});
