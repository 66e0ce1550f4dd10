import { isIP } from 'node:net';
import { z } from 'zod';

const MAIL = 'mailto:';
const address = z.email();

/**
 * Whether push services can reach somebody there. Apple answers every push with BadJwtToken where they cannot, and
 * the others say nothing: a wrong one is found out by the phones of one vendor only.
 * https://developer.apple.com/documentation/usernotifications/sending-web-push-notifications-in-web-apps-and-browsers
 */
function isReachable(subject: string): boolean {
  if (subject.startsWith(MAIL)) {
    const mail = subject.slice(MAIL.length);
    return address.safeParse(mail).success && isPublicName(mail.slice(mail.lastIndexOf('@') + 1));
  }
  if (!/^https:\/\/\S+$/.test(subject) || !URL.canParse(subject)) return false;
  const { hostname, username } = new URL(subject);
  return username === '' && isPublicName(hostname);
}

/** Names that only mean something inside one network: RFC 6761, RFC 6762 and what ICANN keeps free. */
const LOCAL = /(?:^|\.)(?:localhost|local|localdomain|internal|lan|home\.arpa)$/i;

const isPublicName = (host: string): boolean =>
  host.includes('.') && isIP(host.replace(/^\[|\]$/g, '')) === 0 && !LOCAL.test(host);

/** Whom a push service writes to when something is wrong with our pushes. */
export const vapidSubject = z
  .string()
  .refine(
    isReachable,
    'must be mailto: with an e-mail address, or an https: URL, at a public name such as mailto:ops@shop.example: Apple refuses every push with another',
  );
