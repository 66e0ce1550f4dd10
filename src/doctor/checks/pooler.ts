import { detectPoolerMode } from '../../database/pooler-mode';
import type { Check } from '../check';
import { ok, warning } from '../finding';

export const pooler: Check = {
  name: 'pooler',
  async run({ database }) {
    const mode = await detectPoolerMode((await database()).url);
    if (mode === 'direct') return [ok('PostgreSQL is reached directly, without a pooler.')];
    if (mode === 'session') return [ok('PostgreSQL is reached through a pooler in session mode.')];
    return [
      warning(
        'PostgreSQL is reached through a pooler in transaction mode: good for running, not for "waybell migrate", which holds a lock of its session.',
        'Migrate with the direct address or session mode (docs/migrating.md, 1).',
      ),
    ];
  },
};
