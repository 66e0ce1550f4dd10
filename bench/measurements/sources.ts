import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Measurement, Row } from '../measurement';
import { PROJECT_ROOT } from '../paths';

/** As much of a source as is measured: `src/sources/source.ts`. */
interface Source {
  verify?(request: object, secrets: readonly string[], conditions: object): { readonly ok: boolean };
  parse(request: object, conditions: object): { readonly updates: readonly unknown[] };
}

const SIZES = { full: { rounds: 20, batch: 500 }, quick: { rounds: 5, batch: 50 } };
const PAYLOADS = path.join(PROJECT_ROOT, 'test/sources/payloads');
/** When the sample requests were signed. */
const CONDITIONS = { now: 1_772_446_800_000, toleranceSeconds: 300, lockerSigned: 'available_for_pickup' };

/** One request of each source that has a sample, with the secret it is signed with. */
const SAMPLES: readonly (readonly [source: string, file: string, secret: string | null])[] = [
  ['kuaidi100', 'kuaidi100.polling-locker.txt', 'k100-salt-demo'],
  ['kdniao', 'kdniao.101-multi.txt', '00000000-demo-kdniao-appkey'],
  ['sf', 'sf.batch-outoforder-duplicate.json', null],
  ['zto', 'zto.1-signed-first.txt', 'zto-demo-app-secret'],
  ['yto', 'yto.sent-scan.txt', 'yto-demo-partner'],
  ['aftership', 'aftership.tracking-update.json', 'aftership-demo-secret'],
  ['easypost', 'easypost.tracker-updated-float.json', 'demo-sécret'],
  ['17track', '17track.updated-customs.json', '17track-demo-key'],
  ['shippo', 'shippo.pickup-test-flag.json', 'shippo-demo-secret'],
  ['ship24', 'ship24.two-trackings.json', 'ship24-demo-bearer'],
  [
    'standard-webhooks',
    'standard-webhooks.rotated-secret.json',
    'whsec_c3RhbmRhcmQtd2ViaG9va3MtZGVtby1rZXktMjRieSE=',
  ],
];

export const sources: Measurement = {
  name: 'sources',
  title: 'Verify and read one request, by source',
  method: `In the bench's own process, with the compiled product: verify the bytes, then read them, ${SIZES.full.batch} times in a row per sample; a sample is the mean of one row. Requests are the samples of the tests, one to five scans each, after a warm-up of as many.`,
  async run(lab) {
    const { rounds, batch } = lab.quick ? SIZES.quick : SIZES.full;
    const findSource = await loadFindSource();
    const rows: Row[] = [];
    for (const [name, file, secret] of SAMPLES) {
      const source = findSource(name);
      const request = { body: await readFile(path.join(PAYLOADS, file)), headers: await headersOf(file) };
      const once = (): void => {
        const verified = secret === null || source?.verify?.(request, [secret], CONDITIONS).ok;
        if (!verified || source?.parse(request, CONDITIONS).updates.length === 0)
          throw new Error(`${file} is refused`);
      };
      for (let i = 0; i < batch * 2; i += 1) once();
      rows.push({
        what: name,
        of: 'Waybell',
        unit: 'µs',
        rounds: [Array.from({ length: rounds }, () => meanMicroseconds(once, batch))],
      });
    }
    lab.progress(`${SAMPLES.length} sources verified and read`);
    return rows;
  },
};

/** From the compiled product: its sources are pure functions, so they can be called from here. */
async function loadFindSource(): Promise<(name: string) => Source | undefined> {
  const registry = path.join(PROJECT_ROOT, 'dist/src/sources/registry.js');
  const loaded = (await import(registry)) as { findSource: (name: string) => Source | undefined };
  return loaded.findSource;
}

async function headersOf(file: string): Promise<Record<string, string>> {
  const written = await readFile(path.join(PAYLOADS, file.replace(/\.\w+$/, '.headers')), 'utf8');
  return Object.fromEntries(
    written
      .split('\n')
      .slice(1)
      .map((line) => /^([^:]+): (.*?)\r?$/.exec(line))
      .filter((match) => match !== null)
      .map(([, name = '', value = '']) => [name.toLowerCase(), value]),
  );
}

function meanMicroseconds(run: () => void, times: number): number {
  const startedAt = performance.now();
  for (let i = 0; i < times; i += 1) run();
  return ((performance.now() - startedAt) / times) * 1_000;
}
