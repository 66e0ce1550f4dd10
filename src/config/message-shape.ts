import { z } from 'zod';
import { LOCK_SCREENS, type LockScreen } from '../shipment/lock-screen';
import { LANGUAGES } from '../shipment/phrases';
import { LINK_FACTS, unknownPlaces } from '../shipment/tap-link';

/** What a message says where everybody reads it, and where a tap on it leads. */
export interface MessageShape {
  readonly lockScreen: LockScreen;
  /** `null`: a tap gives the app the id of the message, and nothing else. */
  readonly linkTemplate: string | null;
}

const LINK_LENGTH = 300;
/** A page of the app, or a URL: none that a browser would run, nor one whose host a fact could be a part of. */
const LINK =
  /^(?:\/(?![/\\])|https:\/\/[^/?#\\{}]+(?=[/?#]|$)|(?!(?:https|javascript|data|file|vbscript|blob|http|intent):)[a-z][a-z0-9+.-]*:\/\/)[\x21-\x7e]*$/i;
const NAME_LENGTH = 20;

export const messageShapeFields = {
  MESSAGE_LANGUAGE: z.enum(LANGUAGES).default('zh'),
  LINK_TEMPLATE: z
    .string()
    .max(LINK_LENGTH)
    .regex(LINK, 'must be a page of the app (/pages/…), an https URL, or a URL of a scheme of the app')
    .refine((template) => unknownPlaces(template).length === 0, {
      error: `its places may be ${LINK_FACTS.map((fact) => `{${fact}}`).join(', ')}`,
    })
    .optional(),
  LOCK_SCREEN: z.enum(LOCK_SCREENS).default('parcel'),
  LOCK_SCREEN_SHOP_NAME: z
    .string()
    .trim()
    .min(1)
    .max(NAME_LENGTH)
    .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'may hold visible characters only')
    .optional(),
};

export function messageShapeOf(env: z.output<z.ZodObject<typeof messageShapeFields>>): MessageShape {
  return {
    lockScreen: {
      level: env.LOCK_SCREEN,
      shopName: env.LOCK_SCREEN_SHOP_NAME ?? null,
      language: env.MESSAGE_LANGUAGE,
    },
    linkTemplate: env.LINK_TEMPLATE ?? null,
  };
}
