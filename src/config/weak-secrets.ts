/** Secrets that anybody can look up: defaults of Supabase's own installations, and examples of documentations. */
const PUBLISHED = new Set([
  // https://github.com/supabase/supabase/blob/master/docker/.env.example, and what the Supabase CLI starts with
  'your-super-secret-jwt-token-with-at-least-32-characters-long',
  'super-secret-jwt-token-with-at-least-32-characters-long',
  'your-super-secret-and-long-postgres-password',
  // https://github.com/standard-webhooks/standard-webhooks, https://docs.svix.com
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
  // docs/settings.md
  '5f1c0b9ad2e34e67a1c3d5e7f9b1a3c5',
  '7b0f53528145df2a0ecca609b9c6ebde149e32934d818d23',
  'super-secret-jwt-token-with-at-least-32-characters',
  'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3',
]);

/** Long enough that a random text does not hold one by chance. */
const PLACEHOLDERS = [
  'example',
  'changeme',
  'change-me',
  'replaceme',
  'replace-me',
  'placeholder',
  'password',
];

/** 24 random hex digits have less than 6 different ones about once in a million. */
const FEWEST_CHARACTERS = 6;

/** Why nobody should trust this secret, or `undefined`. Never holds a part of it. */
export function weaknessOf(secret: string): string | undefined {
  if (PUBLISHED.has(secret)) return 'is published in a documentation';
  const lower = secret.toLowerCase();
  if (PLACEHOLDERS.some((word) => lower.includes(word))) return 'looks like an example';
  const own = secret.replace(/^whsec_/, '');
  if (new Set(own).size < FEWEST_CHARACTERS) return `has less than ${FEWEST_CHARACTERS} different characters`;
  if ((own + own).indexOf(own, 1) < own.length) return 'repeats itself';
  return undefined;
}
