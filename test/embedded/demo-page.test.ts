import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DEMO_PHONES } from '../../src/embedded/demo-phones';
import { PROJECT_ROOT } from '../../src/project-root';
import texts from '../../web/demo/texts.json';
import type { LocalServer } from '../push/local-server';
import { startDemo } from './demo-server';

const CID = 'demo-phone-buyer-1';

let server: LocalServer;
beforeAll(async () => {
  server = await startDemo();
});
afterAll(() => server.close());

async function page(): Promise<{ html: string; policy: string | null }> {
  const response = await fetch(`${server.url}/demo`);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  return { html: await response.text(), policy: response.headers.get('content-security-policy') };
}

test('the page may load its own files only, and has nothing inline', async () => {
  const { html, policy } = await page();
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:/i);
});

test('the page names files that are there', async () => {
  const { html } = await page();
  const files = [...html.matchAll(/(?:src|href)="(\/demo\/[^"]+)"/g)].map(([, file]) => file ?? '');
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) expect([file, (await fetch(`${server.url}${file}`)).status]).toEqual([file, 200]);
});

test('the page has every word in both languages', async () => {
  const { html } = await page();
  const keys = Object.keys(texts.en).sort();
  expect(Object.keys(texts.zh).sort()).toEqual(keys);
  const used = [...html.matchAll(/data-(?:text|label)="(\w+)"/g)].map(([, key]) => key);
  expect(keys).toEqual(expect.arrayContaining(used));
});

test('the page is told where Temporal is and which phones there are', async () => {
  const told = await fetch(`${server.url}/demo/behaviour`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ cid: CID, mode: 'refuse' }),
  });
  expect(told.status).toBe(200);
  const response = await fetch(`${server.url}/demo/config`);
  expect(await response.json()).toEqual({
    ok: true,
    temporalUrl:
      'http://127.0.0.1:8233/namespaces/my%20shop/workflows?query=WorkflowType%3D%22DeliveryNotification%22',
    vapidPublicKey: null,
    phones: DEMO_PHONES.map((phone) => ({ ...phone, mode: phone.cid === CID ? 'refuse' : 'ok' })),
  });
});

test('the page draws the phones that the sample shop has', async () => {
  const rows = await readFile(path.join(PROJECT_ROOT, 'src/embedded/sample-rows.sql'), 'utf8');
  const phones = [...rows.matchAll(/\('default', '([^']+)', (null|'[^']+'), (null|'[^']+'),/g)];
  expect(phones.map(([, cid, user, merchant]) => [cid, user, merchant])).toEqual(
    DEMO_PHONES.map(({ cid, owner }) => [
      cid,
      'user_id' in owner ? `'${owner.user_id}'` : 'null',
      'merchant_id' in owner ? `'${owner.merchant_id}'` : 'null',
    ]),
  );
});

test('the page shows no file beside it', async () => {
  for (const file of ['..%2fpackage.json', '%2e%2e/package.json', 'missing.js']) {
    expect((await fetch(`${server.url}/demo/${file}`)).status).not.toBe(200);
  }
});

test('a method that a route does not have is refused', async () => {
  const response = await fetch(`${server.url}/demo/cloud-function`);
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
});
