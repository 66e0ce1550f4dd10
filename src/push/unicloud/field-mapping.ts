import { z } from 'zod';
import type { UniCloudRequest } from './request';

/** What a function may be told, by our own names. */
const OUR_FIELDS = [
  'push_clientid',
  'appid',
  'title',
  'content',
  'payload',
  'notification_id',
  'force_notification',
  'request_id',
  'category',
  'settings',
  'options',
  'status',
  'last_four',
  'order_id',
  'link',
] as const;
type OurField = (typeof OUR_FIELDS)[number];

/** Without these a push reaches everybody, or shows nothing. */
const NEEDED: readonly OurField[] = ['push_clientid', 'title', 'content'];

const NAME_LENGTH = 64;
const name = z.string().min(1).max(NAME_LENGTH);

/**
 * For a function that expects other names: `fields` says which of its fields gets which of ours, and then nothing
 * else is sent; `fixed` is sent in addition, whatever the push.
 */
export const fieldMapping = z
  .strictObject({
    fields: z
      .record(name, z.enum(OUR_FIELDS))
      .refine((fields) => NEEDED.every((field) => Object.values(fields).includes(field)), {
        error: `must pass on ${NEEDED.join(', ')}`,
      })
      .optional(),
    fixed: z.record(name, z.union([z.string(), z.number(), z.boolean()])).default({}),
  })
  .refine(
    ({ fields, fixed }) =>
      Object.keys(fixed).every((key) => !Object.hasOwn(fields ?? {}, key) && !isOurs(key, fields)),
    { error: 'a fixed field has the name of a mapped one' },
  );

export type FieldMapping = z.output<typeof fieldMapping>;

/** Where nothing is mapped, our own names are the function's. */
const isOurs = (key: string, fields: unknown): boolean =>
  fields === undefined && (OUR_FIELDS as readonly string[]).includes(key);

/** The body as the function wants it. */
export function mapFields(request: UniCloudRequest, { fields, fixed }: FieldMapping): object {
  if (fields === undefined) return { ...request, ...fixed };
  const { notificationId, status, last_four, order_id, link } = request.payload;
  const parcel = { notification_id: notificationId, status, last_four, order_id, link };
  const values: Partial<Record<OurField, unknown>> = { ...request, ...parcel };
  // What a message does not have is not there, also where it is signed.
  const said = Object.entries(fields).filter(([, ours]) => values[ours] !== undefined);
  return {
    ...Object.fromEntries(said.map(([theirs, ours]) => [theirs, values[ours]])),
    ...fixed,
  };
}
