import { z } from 'zod';

/** What must be written otherwise in a user or a password: the first of these ends it, or is taken for another part. */
const ENCODED = '@ as %40, # as %23, / as %2F, ? as %3F, % as %25';

const POSTGRES = /^postgres(?:ql)?:\/\//;

/**
 * Whether a character of the user or the password should have been encoded. A URL that is read all the same is read
 * wrongly: of `postgresql://me:pa@ss/word@db/shop` the host is `ss`, which is what nobody then finds.
 */
export function lacksEncoding(url: string): boolean {
  const rest = url.replace(POSTGRES, '');
  const end = rest.search(/[/?#]/);
  const authority = end === -1 ? rest : rest.slice(0, end);
  const behind = end === -1 ? '' : rest.slice(end);
  const ats = authority.split('@').length - 1;
  // An @ behind the host may be in a parameter, such as `?application_name=a@b`, and in no name of a database.
  const name = behind.split('?')[0] ?? '';
  if (ats > 1 || behind.includes('#') || name.includes('@')) return true;
  if (ats === 0) return behind.includes('@') && !isHost(authority);
  return /%(?![0-9a-f]{2})/i.test(authority);
}

/** A host with or without a port, and no beginning of `user:password`. */
const isHost = (text: string): boolean => /^(?:\[[0-9a-f:]+\]|[^:]*)(?::\d+)?$/i.test(text);

/** The setting DATABASE_URL. */
export const databaseUrl = z.string().superRefine((text, context) => {
  const complain = (message: string): void => context.addIssue({ code: 'custom', message });
  if (!POSTGRES.test(text)) return complain('must be a postgresql:// URL');
  if (lacksEncoding(text)) {
    return complain(`a character of its user or password must be written in the manner of URLs: ${ENCODED}`);
  }
  if (!URL.canParse(text))
    complain('must be a postgresql:// URL, such as postgresql://user:password@host:5432/shop');
});
