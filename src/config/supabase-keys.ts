/** What the environment holds of a Supabase project, for the checks of its keys. Waybell itself uses none of them. */
export interface SupabaseKeys {
  /** Under the name that Waybell has for it, else under Supabase's own. */
  readonly secret: { readonly variable: string; readonly value: string } | undefined;
  readonly keys: readonly SupabaseKey[];
  /** What PostgREST takes as `aud`, under its own name for it; it looks at none where that is not set. */
  readonly audience?: string;
}

export interface SupabaseKey {
  readonly variable: string;
  /** Whose key it should be. */
  readonly role: 'anon' | 'service_role';
  readonly value: string;
}

const SECRETS = ['SUPABASE_JWT_SECRET', 'JWT_SECRET'];
/** SUPA_KEY is what the old system calls the service key. */
const KEYS = [
  { variable: 'ANON_KEY', role: 'anon' },
  { variable: 'SERVICE_ROLE_KEY', role: 'service_role' },
  { variable: 'SUPA_KEY', role: 'service_role' },
] as const;

export const SUPABASE_KEY_NAMES: readonly string[] = [...SECRETS, ...KEYS.map(({ variable }) => variable)];

export function readSupabaseKeys(source: Readonly<Record<string, string | undefined>>): SupabaseKeys {
  const valueOf = (variable: string): string => (source[variable] ?? '').trim();
  const variable = SECRETS.find((name) => valueOf(name) !== '');
  const audience = valueOf('PGRST_JWT_AUD');
  return {
    ...(audience !== '' && { audience }),
    secret: variable === undefined ? undefined : { variable, value: valueOf(variable) },
    keys: KEYS.flatMap((key) => {
      const value = valueOf(key.variable);
      return value === '' ? [] : [{ ...key, value }];
    }),
  };
}
