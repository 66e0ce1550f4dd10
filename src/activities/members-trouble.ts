import { MOST_MEMBERS, type Said, type Staff } from '../database/members';
import type { ActivityDeps } from './deps';
import { createOnceAnHour } from './once-an-hour';

/** Its place in SHOP_TABLES, under which the metric of what is not understood counts it. */
const SETTING = 'members';

/**
 * Names in the log that the members of merchants cannot be found, or that one has too many: each once an hour, with how
 * often it was met since.
 */
export function createMembersTrouble({ log, countUnread }: Pick<ActivityDeps, 'log' | 'countUnread'>) {
  const timesToTell = createOnceAnHour();
  return (staff: Said<Pick<Staff, 'isCut'>> | null): void => {
    const sentence = staff && describe(staff);
    if (!sentence) return;
    countUnread?.(SETTING);
    const times = timesToTell(sentence);
    if (times !== null) log.warn({ setting: SETTING, times }, sentence);
  };
}

function describe(staff: Said<Pick<Staff, 'isCut'>>): string | null {
  if (staff.kind === 'unknown') {
    return `members of SHOP_TABLES: the people of a merchant are not found: ${staff.words}. Their phones wait, and everybody else is told. "waybell doctor" tries it, and says what to do.`;
  }
  if (!staff.value.isCut) return null;
  return `members of SHOP_TABLES: a merchant has more than ${MOST_MEMBERS} people; those beyond are told nothing. Name those alone who are to be told, by a function.`;
}
