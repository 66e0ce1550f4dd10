import type { Command } from 'commander';
import { z } from 'zod';
import { ask, type AnswerTo } from '../api/ask';
import { showAudit } from '../api/audit-operations';
import { loadConfig } from '../config/config';
import { checked, numberOf, jsonOption } from './checked-option';
import { readMoment } from './read-moment';
import { asJson, print, tell } from '../terminal';
import { say } from './language';
import { command } from './summaries';

interface AuditOptions {
  readonly since?: Date;
  readonly actor?: string;
  readonly limit: number;
  readonly json?: true;
}

const limit = z.number('must be a number').int().min(1).max(200, 'must be at most 200');

/** `waybell audit`: who decided what. */
export function auditCommand(): Command {
  return command('audit')
    .option(
      '--since <time>',
      say({
        en: '2026-03-02, 2026-03-02T10:00:00+08:00, or 36h, 7d ago',
        zh: '2026-03-02、2026-03-02T10:00:00+08:00，或 36h、7d 之前',
      }),
      readMoment,
    )
    .option(
      '--actor <name>',
      say({ en: 'only of this key, or of command:<user>', zh: '只看这个密钥的，或 command:<用户> 的' }),
    )
    .addOption(
      checked('--limit <number>', say({ en: 'at most so many', zh: '最多这么多条' }), numberOf(limit), 50),
    )
    .addOption(jsonOption())
    .action(async ({ since, actor, limit: most, json }: AuditOptions) => {
      const query = {
        limit: most,
        ...(since && { since: since.toISOString() }),
        ...(actor !== undefined && { actor }),
      };
      const found = await ask(loadConfig(), showAudit, { query });
      if (json) print(asJson(found));
      else tell(inWords(found));
    });
}

function inWords({ audit }: AnswerTo<typeof showAudit>): string[] {
  if (audit.length === 0) return [say({ en: 'Nobody decided anything.', zh: '没有人做过任何决定。' })];
  return audit.map(({ at, actor, place, action, subject, asked, outcome }) =>
    [at, `${actor}@${place}`, action, subject, asked, outcome ?? say({ en: 'unknown end', zh: '结果未知' })]
      .filter((part) => part !== '' && part !== '{}')
      .join('  '),
  );
}
