import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import jwt from 'jsonwebtoken';
import { cursorOf } from '../../src/api/page-cursor';
import { markUser } from '../../src/database/erasure-marks';
import { useDatabase } from '../setup/database';
import { use } from '../setup/use';
import { type Answer, unique, useApiLab } from './api-lab';

const JWT_SECRET = 'super-secret-jwt-token-with-at-least-32-characters';
const KEY = 'k'.repeat(48);
const INBOX = '/api/v1/push/notifications';

const lab = useApiLab();
const api = use(() =>
  lab.serve({ DEVICE_REGISTRATION: 'jwt', SUPABASE_JWT_SECRET: JWT_SECRET, API_KEYS: KEY }),
);

const tokenOf = (sub: string, more: object = {}): string =>
  jwt.sign({ sub, role: 'authenticated', aud: 'authenticated', ...more }, JWT_SECRET, { expiresIn: '1h' });
const as = (token: string) => ({ authorization: `Bearer ${token}` });

const list = (token: string, query = ''): Promise<Answer> =>
  api.call('GET', `${INBOX}${query}`, { headers: as(token) });
const mark = (token: string, json: object): Promise<Answer> =>
  api.call('POST', `${INBOX}/read`, { headers: as(token), json });

interface Entry {
  readonly message_id: string;
  readonly created_at: string;
  readonly read: boolean;
}
const entriesOf = ({ json }: Answer): Entry[] => json['notifications'] as Entry[];
const idsOf = (answer: Answer): string[] => entriesOf(answer).map(({ message_id }) => message_id);

/** Messages of somebody, the oldest first, a microsecond apart; with `apart` 0 all of one moment. */
async function tell(recipient: string, count: number, { aud = 'user', apart = 1 } = {}): Promise<string[]> {
  const { rows } = await lab.db.pool.query<{ message_id: string }>(
    `insert into public.express_notifications (message_id, aud, recipient_id, status, title, body, workflow_id, created_at)
     select $1 || ':' || lpad(n::text, 4, '0'), $3, $1, 'delivered', 'a title', 'a body', 'delivery/x',
            now() - interval '1 hour' + n * $4 * interval '1 microsecond'
       from generate_series(1, $2) n returning message_id`,
    [recipient, count, aud, apart],
  );
  return rows.map(({ message_id }) => message_id);
}

describe('the list of messages', () => {
  test.each([
    ['a microsecond apart', 1],
    ['of one moment', 0],
  ])('has each once, the newest first, page by page, while more come: %s', async (_, apart) => {
    const person = `u-${unique()}`;
    const told = await tell(person, 23, { apart });
    const seen: string[] = [];
    let before = '';
    for (let page = 0; page < 3; page += 1) {
      const answer = await list(tokenOf(person), `?limit=10${before}`);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      seen.push(...idsOf(answer));
      before = `&before=${answer.json['next'] as string}`;
      await lab.db.pool.query(
        `insert into public.express_notifications (message_id, aud, recipient_id, workflow_id) values ($1, 'user', $2, 'w')`,
        [`later-${person}-${page}`, person],
      );
    }
    expect(before).toBe('&before=null');
    expect(seen).toEqual([...told].reverse());
  });

  test('says what is read and what is not, alone where that is asked, and counts to a hundred', async () => {
    const person = `u-${unique()}`;
    const told = await tell(person, 120);
    const token = tokenOf(person);
    expect((await list(token)).json).toMatchObject({ count: 20, unread: 100 });
    expect((await mark(token, { message_ids: told.slice(0, 90) })).json).toMatchObject({
      ...{ marked: 90, unread: 30, more: false },
    });
    expect((await list(token, '?unread=true&limit=100')).json).toMatchObject({ count: 30, next: null });
    const read = await list(token, '?unread=false&limit=100');
    expect(new Set(idsOf(read))).toEqual(new Set(told.slice(0, 90)));
    expect(entriesOf(read).every((entry) => entry.read)).toBe(true);
  });

  test('is that of a merchant for whom the token speaks, and not that of a user with the same id', async () => {
    const id = `m-${unique()}`;
    const token = tokenOf(`u-${unique()}`, { app_metadata: { merchant_id: id } });
    const [ofMerchant = ''] = await tell(id, 1, { aud: 'merchant' });
    await lab.db.pool.query(
      `insert into public.express_notifications (message_id, aud, recipient_id) values ($1, 'user', $2)`,
      [`${id}:user`, id],
    );
    expect(idsOf(await list(token, `?merchant_id=${id}`))).toEqual([ofMerchant]);
    const marked = await mark(token, { merchant_id: id, message_ids: [ofMerchant] });
    expect(marked.json).toMatchObject({ marked: 1, unread: 0 });
    expect((await mark(token, { merchant_id: id, message_ids: [`${id}:user`] })).status).toBe(404);
    expect((await list(tokenOf('u-stranger'), `?merchant_id=${id}`)).status).toBe(403);
  });

  test('is empty for a person who was erased, also of what the old system wrote', async () => {
    const person = `u-${unique()}`;
    await lab.db.pool.query(
      `insert into public.express_notifications (message_id, aud, recipient_id) values ($1, 'user', $2)`,
      [`old-${person}`, person],
    );
    expect((await list(tokenOf(person))).json).toMatchObject({ count: 1, unread: 1 });
    await markUser(lab.db.pool, person);
    expect((await list(tokenOf(person))).json).toMatchObject({ count: 0, unread: 0, next: null });
    expect((await mark(tokenOf(person), { message_ids: [`old-${person}`] })).status).toBe(404);
  });

  const place = { at: '2026-02-06T02:11:00.000000Z', id: 'm' };
  test.each([
    ['a message id', 'w:1:delivered:1:user'],
    ['a day that does not exist', cursorOf({ ...place, at: '2026-02-31T02:11:00.000000Z' })],
    ['no moment', cursorOf({ ...place, at: 'infinity' })],
    ['an id with NUL', cursorOf({ ...place, id: 'm\u0000' })],
    ['another spelling', `${cursorOf(place)}=`],
    ['too long', 'a'.repeat(1_025)],
  ])('refuses a page after %s', async (_, before) => {
    const { status, json } = await list(tokenOf('u-1'), `?before=${encodeURIComponent(before)}`);
    expect([status, json['code'], json['field']]).toEqual([400, 'field-invalid', 'before']);
  });
});

describe('a mark', () => {
  test('of one message, of several and of none again may be sent twice', async () => {
    const person = `u-${unique()}`;
    const token = tokenOf(person);
    const told = await tell(person, 5);
    for (const marked of [2, 0])
      expect((await mark(token, { message_ids: told.slice(0, 2) })).json).toMatchObject({
        marked,
        unread: 3,
      });
    for (const marked of [1, 0]) {
      const again = { message_ids: told.slice(0, 1), read: false };
      expect((await mark(token, again)).json).toMatchObject({ marked, unread: 4 });
    }
  });

  test('until the newest that was shown takes that one too, and none that came later', async () => {
    const person = `u-${unique()}`;
    const token = tokenOf(person);
    await tell(person, 3, { apart: 1_000 });
    const newest = entriesOf(await list(token))[0]?.created_at;
    await lab.db.pool.query(
      `insert into public.express_notifications (message_id, aud, recipient_id) values ($1, 'user', $2)`,
      [`later-${person}`, person],
    );
    expect((await mark(token, { until: newest })).json).toMatchObject({ marked: 3, unread: 1, more: false });
    expect(idsOf(await list(token, '?unread=true'))).toEqual([`later-${person}`]);
  });

  test('of very many is set in several requests', async () => {
    const person = `u-${unique()}`;
    await tell(person, 1_500);
    const all = { until: new Date().toISOString() };
    expect((await mark(tokenOf(person), all)).json).toMatchObject({ marked: 1_000, unread: 100, more: true });
    expect((await mark(tokenOf(person), all)).json).toMatchObject({ marked: 500, unread: 0, more: false });
  });

  test('on somebody else’s message is answered as on one that never was, and marks nothing', async () => {
    const [person, other] = [`u-${unique()}`, `u-${unique()}`];
    const [[own], [theirs = '']] = [await tell(person, 1), await tell(other, 1)];
    const answers = await Promise.all(
      [theirs, theirs.replace(/.$/, 'x')].map((id) => mark(tokenOf(person), { message_ids: [own, id] })),
    );
    for (const { status, json } of answers)
      expect([status, json['code'], json['field']]).toEqual([404, 'notification-unknown', 'message_ids']);
    const words = answers.map(({ json }) => String(json['message']).replace(/.$/, ''));
    expect(words[0]).toBe(words[1]);
    for (const each of [person, other]) expect((await list(tokenOf(each))).json).toMatchObject({ unread: 1 });
    const named = await mark(tokenOf(person), { user_id: other, message_ids: [theirs] });
    expect(named.json).toMatchObject({ code: 'not-your-device', field: 'user_id' });
  });

  test.each([
    ['neither ids nor a moment', {}, 'message_ids'],
    ['both', { message_ids: ['m'], until: '2026-02-06T02:11:00Z' }, 'message_ids'],
    ['no id', { message_ids: [] }, 'message_ids'],
    ['too many ids', { message_ids: Array.from({ length: 101 }, (_, n) => `m${n}`) }, 'message_ids'],
    ['an id with NUL', { message_ids: ['m\u0000'] }, 'message_ids'],
    ['a moment without an offset', { until: '2026-02-06 10:11:00' }, 'until'],
    ['a moment until which nothing is to be read', { until: '2026-02-06T02:11:00Z', read: false }, 'until'],
    ['another word', { message_ids: ['m'], read: 'yes' }, 'read'],
  ])('with %s is refused, and the field named', async (_, json, field) => {
    const answer = await mark(tokenOf('u-1'), json);
    expect([answer.status, answer.json['code'], answer.json['field']]).toEqual([400, 'field-invalid', field]);
  });
});

/** The SQL that a page of the docs shows under a heading, block by block. */
function recipe(heading: string): string[] {
  const page = readFileSync(path.join(__dirname, '../../docs/shop.md'), 'utf8');
  const [, text = ''] = page.split(`### ${heading}\n`);
  return [...text.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, sql = '']) => sql);
}

describe('the column is_read', () => {
  const seed = useDatabase('seed');
  const [, forPages = '', withTime = ''] = recipe('Pages that read PostgREST');

  test('is written by a page of the shop for its reader alone, as the recipe lets it', async () => {
    const person = randomUUID();
    await seed.pool.query(forPages);
    await seed.pool.query(
      `insert into express_notifications (message_id, aud, recipient_id) values ('mine', 'user', $1), ('x', 'user', gen_random_uuid())`,
      [person],
    );
    const markAs = async (sub: string, column = 'is_read = true'): Promise<number | null> => {
      const client = await seed.pool.connect();
      try {
        const claims = JSON.stringify({ sub, role: 'authenticated' });
        await client.query(
          `begin; set local role authenticated; select set_config('request.jwt.claims', '${claims}', true)`,
        );
        return (await client.query(`update express_notifications set ${column}`)).rowCount;
      } finally {
        await client.query('rollback');
        client.release();
      }
    };
    expect(await markAs(person)).toBe(1);
    expect(await markAs(randomUUID())).toBe(0);
    await expect(markAs(person, `title = 'mine'`)).rejects.toThrow(/permission denied/);
  });

  test('follows a time that the shop keeps, and the time it, as the recipe says', async () => {
    await seed.pool.query(`alter table express_notifications add read_at timestamptz; ${withTime}`);
    await seed.pool.query(
      `insert into express_notifications (message_id, aud, recipient_id) values ('timed', 'user', gen_random_uuid())`,
    );
    const set = async (change: string): Promise<unknown> =>
      (
        await seed.pool.query<object>(
          `update express_notifications set ${change} where message_id = 'timed'
           returning is_read, read_at is not null as timed`,
        )
      ).rows[0];
    expect(await set('read_at = now()')).toEqual({ is_read: true, timed: true });
    expect(await set('read_at = null')).toEqual({ is_read: false, timed: false });
    expect(await set(`is_read = '1'`)).toEqual({ is_read: true, timed: true });
    expect(await set(`is_read = '0'`)).toEqual({ is_read: false, timed: false });
  });

  test('lets what was told before there was one count as read, and what is told from now on not', async () => {
    const isRead = async (which: string): Promise<unknown[]> =>
      (
        await seed.pool.query<object>(
          `select distinct is_read from express_notifications where message_id like '${which}'`,
        )
      ).rows;
    expect(await isRead('evt-%')).toEqual([{ is_read: true }]);
    await seed.pool.query(
      `insert into express_notifications (message_id, aud, recipient_id) values ('new', 'user', gen_random_uuid())`,
    );
    expect(await isRead('new')).toEqual([{ is_read: false }]);
  });

  test('is the shop’s own where it has one, whose pages mark the same rows', async () => {
    const migration = path.join(__dirname, '../../src/database/migrations/0090_is_read.sql');
    const pool = lab.db.pool;
    for (const [type, unread, read] of [
      ['smallint', 0, 1],
      ['text', 'false', 'true'],
      ['boolean', false, true],
    ] as const) {
      await pool.query(
        `drop index express_notifications_unread; alter table express_notifications drop is_read`,
      );
      await pool.query(`alter table express_notifications add is_read ${type}`);
      await pool.query(readFileSync(migration, 'utf8'));
      const person = `u-${unique()}`;
      const token = tokenOf(person);
      const [one = '', two = ''] = await tell(person, 2);
      const set = (id: string, value: unknown) =>
        pool.query(`update express_notifications set is_read = $2 where message_id = $1`, [id, value]);
      expect((await list(token)).json).toMatchObject({ unread: 2 });
      await set(one, read);
      expect(idsOf(await list(token, '?unread=true'))).toEqual([two]);
      await mark(token, { message_ids: [two] });
      await set(one, unread);
      expect(idsOf(await list(token, '?unread=true'))).toEqual([one]);
      expect((await mark(token, { message_ids: [two], read: false })).json).toMatchObject({
        marked: 1,
        unread: 2,
      });
    }
  });
});
