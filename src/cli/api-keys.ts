import { InvalidArgumentError, Option, type Command } from 'commander';
import type pg from 'pg';
import { z } from 'zod';
import { createApiKey, digestOf } from '../api/api-key';
import { SCOPES, SCOPE_NAMES, type Scope } from '../config/scopes';
import { loadConfig } from '../config/config';
import {
  insertApiKey,
  listApiKeys,
  revokeApiKey,
  selectValidKeys,
  type StoredKey,
} from '../database/api-keys';
import { inTransaction, openPool } from '../database/pool';
import { databaseUrl } from '../process/places';
import { audited, typist } from './audited';
import { checked, jsonOption, numberOf, saidOfValue } from './checked-option';
import type { Explanation } from '../shipment/explanation';
import { SpokenError } from '../spoken';
import { asJson, print, tell, tellAside } from '../terminal';
import { NotFoundError } from './exit-codes';
import { say } from './language';
import { command } from './summaries';

/** Every process has all of them in memory, and compares with each. */
const MOST_VALID = 200;
const DAY_MS = 24 * 60 * 60_000;
const MAX_DAYS = 3_650;

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'may hold a-z, 0-9 and -, at most 64');
const days = z
  .number('must be a number')
  .min(0.01, 'must be at least 0.01')
  .max(MAX_DAYS, `must be at most ${MAX_DAYS}`);

interface AddOptions {
  readonly scopes: readonly Scope[];
  readonly days?: number;
}

/** `waybell keys api`: keys for the HTTP API. Written into the database, so that no key can make another. */
export function apiKeysCommand(): Command {
  return command('keys api').addCommand(addCommand()).addCommand(listCommand()).addCommand(revokeCommand());
}

function addCommand(): Command {
  const scopes = SCOPE_NAMES.map((scope) => `  ${scope.padEnd(9)}${say(whatIsMeant(scope))}`);
  return command('keys api add')
    .argument(
      '<name>',
      say({
        en: 'tells it from others in the log and the audit, for ever',
        zh: '在日志和审计中区别于其他密钥的名称，永久有效',
      }),
      readName,
    )
    .addOption(
      new Option(
        '--scopes <list>',
        say({ en: 'what it may do, separated by commas', zh: '允许做什么，以逗号分隔' }),
      )
        .argParser(readScopes)
        .makeOptionMandatory(),
    )
    .addOption(
      checked(
        '--days <number>',
        say({ en: 'how long it is valid; for ever without', zh: '有效天数；不写则永久有效' }),
        numberOf(days),
      ),
    )
    .addHelpText('after', `\n${say({ en: 'Scopes:', zh: '权限：' })}\n${scopes.join('\n')}`)
    .action(async (keyName: string, { scopes: granted, days: valid }: AddOptions) => {
      const expiresAt = valid === undefined ? null : new Date(Date.now() + valid * DAY_MS);
      const key = createApiKey();
      const asked = { scopes: granted, ...(expiresAt && { expires_at: expiresAt }) };
      await withPool((pool) =>
        audited(pool, { action: 'keys api add', subject: keyName, asked }, async () => {
          const { length } = await inTransaction(pool, selectValidKeys);
          if (length >= MOST_VALID)
            throw new SpokenError({
              en: `There are ${length} valid keys: revoke some that nobody uses.`,
              zh: `已有 ${length} 个有效密钥：请撤销一些没有人使用的。`,
            });
          const stored = { name: keyName, scopes: granted, expiresAt, createdBy: typist() };
          const added = await inTransaction(pool, (db) =>
            insertApiKey(db, { ...stored, sha256: digestOf(key) }),
          );
          if (!added)
            throw new SpokenError({
              en: `There is, or was, a key ${keyName}: the audit speaks of that one. Choose another name.`,
              zh: `已有或曾有密钥 ${keyName}：审计中说的是那一个。请另选名称。`,
            });
        }),
      );
      print(key);
      const end = expiresAt?.toISOString();
      tellAside([
        say({
          en: `This is the key ${keyName}, and it is not shown again. It may: ${granted.join(', ')}. It ends ${end ?? 'when it is revoked'}.`,
          zh: `这是密钥 ${keyName}，不会再次显示。它的权限：${granted.join(', ')}。有效期到${end === undefined ? '撤销为止' : ` ${end}`}。`,
        }),
      ]);
    });
}

function listCommand(): Command {
  return command('keys api list')
    .addOption(jsonOption())
    .action(async ({ json }: { json?: true }) => {
      const keys = await withPool((pool) => inTransaction(pool, listApiKeys));
      if (json) print(asJson(keys.map(factsOf)));
      else tell(keys.length > 0 ? keys.map(inWords) : [say(NO_KEYS)]);
    });
}

function revokeCommand(): Command {
  return command('keys api revoke')
    .argument(
      '<name>',
      say({ en: 'as waybell keys api list shows it', zh: 'waybell keys api list 显示的名称' }),
      readName,
    )
    .action(async (keyName: string) => {
      await withPool((pool) =>
        audited(pool, { action: 'keys api revoke', subject: keyName }, async () => {
          if (!(await inTransaction(pool, (db) => revokeApiKey(db, keyName))))
            throw new NotFoundError(
              say({
                en: `There is no key ${keyName} that could be revoked. waybell keys api list shows all.`,
                zh: `没有可撤销的密钥 ${keyName}。waybell keys api list 会列出全部。`,
              }),
            );
        }),
      );
      tell([
        say({
          en: `The key ${keyName} is revoked. Within 5 seconds every running API refuses it.`,
          zh: `密钥 ${keyName} 已撤销。运行中的 API 会在 5 秒内拒绝它。`,
        }),
      ]);
    });
}

const SCOPES_IN_CHINESE: Readonly<Record<Scope, string>> = {
  devices: '登记、列出和移除手机，并报告手机上看到了什么，不限主人',
  read: '查看消息、投递、webhook、等待事项、账目和暂停的推送服务',
  retry: '重试投递，并跟踪结果',
  link: '说明运单属于哪个订单',
  erase: '删除某买家、订单或运单的内容，并跟踪结果',
  test: '向一部手机发送测试消息，并跟踪结果',
  metrics: '读取 /metrics',
  admin: '一切；只有它能放行推送服务、放弃日志簿、读取审计',
};

const whatIsMeant = (scope: Scope): Explanation => ({ en: SCOPES[scope], zh: SCOPES_IN_CHINESE[scope] });

const NO_KEYS: Explanation = {
  en: 'No keys. Make one: waybell keys api add <name> --scopes devices',
  zh: '没有密钥。生成一个：waybell keys api add <name> --scopes devices',
};

async function withPool<T>(work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = openPool(await databaseUrl(loadConfig()), () => undefined);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

function readName(text: string): string {
  const read = name.safeParse(text);
  if (read.success) return read.data;
  throw new InvalidArgumentError(saidOfValue(read.error));
}

function readScopes(text: string): Scope[] {
  const given = text.split(',').map((scope) => scope.trim());
  const known = SCOPE_NAMES.filter((scope) => given.includes(scope));
  if (known.length === 0 || known.length < new Set(given).size)
    throw new InvalidArgumentError(
      say({
        en: `Give some of ${SCOPE_NAMES.join(', ')}.`,
        zh: `请给出其中的一些：${SCOPE_NAMES.join('、')}。`,
      }),
    );
  return known;
}

function factsOf({ name: keyName, scopes, createdAt, createdBy, expiresAt, revokedAt }: StoredKey): object {
  return {
    name: keyName,
    scopes,
    created_at: createdAt,
    created_by: createdBy,
    expires_at: expiresAt,
    revoked_at: revokedAt,
  };
}

function inWords({ name: keyName, scopes, createdAt, createdBy, expiresAt, revokedAt }: StoredKey): string {
  const end = endOf(revokedAt, expiresAt);
  const made = createdAt.toISOString();
  const key = `${keyName.padEnd(24)} ${scopes.join(',').padEnd(20)}`;
  return say({
    en: `${key} ${end.en}; made ${made} by ${createdBy}`,
    zh: `${key} ${end.zh}；由 ${createdBy} 生成于 ${made}`,
  });
}

function endOf(revokedAt: Date | null, expiresAt: Date | null): Explanation {
  const [revoked, end] = [revokedAt?.toISOString(), expiresAt?.toISOString()];
  if (revoked !== undefined) return { en: `revoked ${revoked}`, zh: `已于 ${revoked} 撤销` };
  if (end === undefined) return { en: 'valid until it is revoked', zh: '撤销之前有效' };
  return expiresAt !== null && expiresAt.getTime() <= Date.now()
    ? { en: `ended ${end}`, zh: `已于 ${end} 到期` }
    : { en: `valid until ${end}`, zh: `有效至 ${end}` };
}
