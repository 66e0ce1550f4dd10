import type { Check } from '../check';
import { ok, warning } from '../finding';
import { judgeKey } from '../judge-key';

/** Keys of a Supabase project against its secret, as far as both are in the environment. */
export const supabaseKeys: Check = {
  name: 'supabase keys',
  run({ config, supabase: { secret, keys }, clock }) {
    if (keys.length === 0) return Promise.resolve([ok('No key of Supabase is set, and none is needed.')]);
    if (secret === undefined) {
      const names = keys.map(({ variable }) => variable).join(', ');
      return Promise.resolve([
        warning(
          `${names}: not verified, without SUPABASE_JWT_SECRET.`,
          'Set it, and run "waybell keys verify".',
        ),
      ]);
    }
    const judged = keys.map((key) => judgeKey(key, secret.value, clock()));
    // They are the old system's: only where apps come with access tokens does Waybell itself depend on the secret.
    const mildly = config.deviceRegistration !== 'jwt';
    return Promise.resolve(
      judged.map((seen) =>
        mildly && seen.level === 'problem' ? { ...seen, level: 'warning' as const } : seen,
      ),
    );
  },
};
