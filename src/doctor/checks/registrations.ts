import type { RegistrationGrace } from '../../config/registration-grace';
import { inTransaction } from '../../database/pool';
import { countTokenlessPhones, type TokenlessPhones } from '../../database/tokenless-devices';
import { ok, problem, requireMigrations, warning, type Check, type Seen } from '../check';

const DAY_MS = 24 * 60 * 60_000;
/** An app needs a review of its store, and people need to update it. */
const SOON_MS = 14 * DAY_MS;

/** Which apps still register without a token, and how long they may. */
export const registrations: Check = {
  name: 'registrations',
  async run({ config, database, clock }) {
    const { pool } = await database();
    await requireMigrations(pool);
    const apps = await inTransaction(pool, countTokenlessPhones);
    const { grace } = config.accessTokens;
    return grace === undefined ? withoutGrace(apps) : judgeGrace(grace, apps, clock());
  },
};

function withoutGrace(apps: readonly TokenlessPhones[]): Seen[] {
  if (apps.length === 0)
    return [ok('No phone has registered without a token or key where one is asked for.')];
  return [warning(`${inWords(apps)} and ANONYMOUS_REGISTRATION_UNTIL is not set any more.`, THEY_STAY)];
}

function judgeGrace(
  { lastDay, endsAt }: RegistrationGrace,
  apps: readonly TokenlessPhones[],
  now: number,
): Seen[] {
  const who = apps.length === 0 ? 'No phone comes without a token' : inWords(apps);
  if (now >= endsAt) {
    return [
      apps.length === 0
        ? warning(
            `The grace of ANONYMOUS_REGISTRATION_UNTIL is over since ${lastDay}.`,
            'Remove the setting.',
          )
        : warning(`${who}; their apps are refused since ${lastDay} (registration-grace-over).`, THEY_STAY),
    ];
  }
  const days = Math.ceil((endsAt - now) / DAY_MS);
  const until = `until ${lastDay} anybody may register a phone for anybody (${days} ${days === 1 ? 'day' : 'days'} left)`;
  if (apps.length === 0)
    return [
      warning(`${who}; ${until}.`, 'Remove ANONYMOUS_REGISTRATION_UNTIL once every app is out that has one.'),
    ];
  return [
    endsAt - now <= SOON_MS
      ? problem(
          `${who}; ${until}.`,
          'Get people to update the app, or set a later day: after it these apps register nothing.',
        )
      : warning(`${who}; ${until}.`, 'Release the app that sends the token of the person (docs/phones.md).'),
  ];
}

const THEY_STAY =
  'Their phones get pushes as before, and whose they are nobody has shown: those that come with a token are proven; to retire the others, set is_active to false where tokenless_since is not null.';

function inWords(apps: readonly TokenlessPhones[]): string {
  const list = apps.map(
    ({ appid, phones, since, lastAt }) =>
      `${appid}: ${phones} ${phones === 1 ? 'phone' : 'phones'} without a token, the first since ${dayOf(since)}, the last ${dayOf(lastAt)}`,
  );
  return list.join('; ');
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
