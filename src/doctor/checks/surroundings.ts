import type { Check } from '../check';
import { ok, warning } from '../finding';

/** Wrong settings never get here: they end the doctor with all of them at once. */
export const settings: Check = {
  name: 'settings',
  run: ({ config, obsolete }) => {
    const parts = (['database', 'temporal'] as const).map((part) => config[part].kind);
    const all = ok(
      `All settings are valid: ${config.production ? 'production' : 'not production'}, PostgreSQL ${parts[0]}, Temporal ${parts[1]}.`,
    );
    const old = obsolete.map((line) =>
      warning(line, 'Remove it; docs/migrating.md names what takes its place.'),
    );
    return Promise.resolve([all, ...old]);
  },
};
