import { z } from 'zod';
import { count, moment, ok } from './answer-fields';
import { DATABASE_PROBLEMS } from './database-problem';
import type { Operation } from './operation';
import { words } from './request-input';

const provider = z.string().regex(/^[\w-]{1,64}$/, 'must be the name of a provider');
const address = z.object({ name: provider });

export const listProviders = {
  method: 'get',
  path: '/api/v1/providers',
  id: 'listProviders',
  tag: 'Push providers',
  summary: 'Which providers are down or held, and which verdicts on devices wait for a person.',
  description: 'A provider that is in none of the lists works, or was not tried lately.',
  access: { scopes: ['read'] },
  answers: {
    200: z.object({
      ok,
      held: z.array(
        z.object({
          provider: z.string(),
          cause: z
            .string()
            .describe(
              '`credential`, `quota`, `project`; `suspect`: devices of three people were refused alike; `unclear`: pushes of three people ended without an answer about them.',
            ),
          words: z.string().describe('The provider’s own.'),
          since: moment,
          next_probe: moment
            .nullable()
            .describe('When one push tries again; `null` when only a release lets them go.'),
        }),
      ),
      down: z
        .array(
          z.object({
            provider: z.string(),
            since: moment,
            failed_at: moment,
            reason: z.string().describe('Our word for the last failure that was written down.'),
            words: z.string().describe('The provider’s own.'),
          }),
        )
        .describe('Three requests or more have failed, and none has succeeded since.'),
      held_deactivations: z.array(z.object({ provider: z.string(), devices: count, since: moment })),
    }),
  },
  problems: DATABASE_PROBLEMS,
  examples: {
    answer: {
      ok: true,
      held: [
        {
          provider: 'unicloud',
          cause: 'credential',
          words: 'HTTP 403 51000 signature is wrong',
          since: '2026-02-06T02:11:00.000Z',
          next_probe: '2026-02-06T02:13:00.000Z',
        },
      ],
      down: [
        {
          provider: 'getui',
          since: '2026-02-06T02:10:00.000Z',
          failed_at: '2026-02-06T02:12:00.000Z',
          reason: 'provider_5xx',
          words: 'HTTP 503',
        },
      ],
      held_deactivations: [{ provider: 'fcm', devices: 12, since: '2026-02-06T02:11:00.000Z' }],
    },
  },
} as const satisfies Operation;

export const releaseProvider = {
  method: 'post',
  path: '/api/v1/providers/{name}/release',
  id: 'releaseProvider',
  tag: 'Push providers',
  summary:
    'Lets the held pushes of a provider go: thirty within 30 s, more at three a second in each process.',
  description:
    'They are held again when the provider refuses the first of them. What it has failed with is forgotten.',
  access: { scopes: ['admin'] },
  params: address,
  body: z
    .object({ reason: words(200).optional().describe('Why; for the audit.') })
    .meta({ id: 'ProviderRelease' }),
  bodyOptional: true,
  answers: { 200: z.object({ ok, released: z.boolean().describe('Whether they were held.') }) },
  problems: DATABASE_PROBLEMS,
  examples: { body: { reason: 'the credential is renewed' }, answer: { ok: true, released: true } },
} as const satisfies Operation;

export const settleDeactivations = {
  method: 'post',
  path: '/api/v1/providers/{name}/deactivations',
  id: 'settleDeactivations',
  tag: 'Push providers',
  summary: 'Retires, or keeps, the devices that a provider called gone while it called too many so.',
  access: { scopes: ['admin'] },
  params: address,
  body: z
    .object({
      apply: z
        .boolean()
        .describe('Whether the provider was right: then the devices are retired. A newer registration wins.'),
    })
    .meta({ id: 'DeactivationDecision' }),
  answers: { 200: z.object({ ok, devices: count.describe('About how many was decided.') }) },
  problems: DATABASE_PROBLEMS,
  examples: { body: { apply: false }, answer: { ok: true, devices: 12 } },
} as const satisfies Operation;
