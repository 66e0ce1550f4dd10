import { checkShop } from '../../database/schema/check-shop';
import type { Check } from '../check';
import { ok, problem, warning } from '../finding';

/** The mapping of the shop's tables, grants, and whether row-level security may hide rows from the role. */
export const tables: Check = {
  name: 'tables',
  async run({ config, database }) {
    const { problems, warnings } = await checkShop((await database()).pool, config);
    if (problems.length + warnings.length === 0) {
      return [ok('All tables and columns are there; the role sees every row and may do what it must.')];
    }
    return [
      ...problems.map((line) => problem(line, fixFor(line))),
      ...warnings.map((line) => warning(line, 'Give it a default, or let the shop store waybills first.')),
    ];
  },
};

function fixFor(line: string): string {
  const [, grant] = /lacks (.+) \(error 42501\)/.exec(line) ?? [];
  if (grant !== undefined) return 'Grant it to the role; docs/migrating.md says which role is meant.';
  return line.startsWith('Row-level security')
    ? 'As a superuser: alter role … bypassrls; or connect as the owner of the table. Do not switch row-level security off.'
    : 'Correct the table or the setting that the sentence names.';
}
