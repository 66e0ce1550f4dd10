import type { NewChannel, Rotation } from '../intake/channels/change';
import type { Source } from '../sources/source';

/** What `waybell channels` says. The URL is the only secret in it, and is said once. */

const A_WEBHOOK_NEXT =
  'Next: let a test webhook come, or wait for the first. waybell channels list names what is refused, and why.';

/** @param base where the carrier reaches the API; without it, where this machine does */
export function channelUrl(base: string | undefined, port: number, source: Source, token: string): string {
  return `${(base ?? localAddress(port)).replace(/(?<!\/)\/+$/, '')}/webhooks/${source.name}/${token}`;
}

export function whatWasAdded(
  { source, name, secrets }: Pick<NewChannel, 'source' | 'name' | 'secrets'>,
  url: string,
  file: string,
): string {
  const signed = secrets.length > 0;
  return [
    `Channel ${source.name} ${name} is open${signed ? '' : ', unsigned: the URL alone proves the sender'}. It is kept in ${file}.`,
    ...shownOnce(url, source, name),
    `At ${source.title}: enter the URL as the one to push to${signed ? ', and the same secret' : ''}. A running API knows both within a second.`,
    A_WEBHOOK_NEXT,
  ].join('\n');
}

export function whatWasRotated(
  { source, name, secrets, oldEnds }: Rotation,
  url: string | undefined,
  leaked: boolean,
  now: number,
): string {
  const replaced = [
    ...(url === undefined ? [] : ['URL']),
    ...(secrets.length === 0 ? [] : [secrets.length === 1 ? 'secret' : 'secrets']),
  ].join(' and ');
  const old = oldEnds > now ? `stays valid until ${timeOf(oldEnds)}` : 'is void';
  return [
    `Channel ${source.name} ${name} has a new ${replaced}. What it replaces ${old}.`,
    ...(url === undefined ? [] : shownOnce(url, source, name)),
    ...(secrets.length === 0 ? [] : ['Every request must be signed with a valid secret.']),
    `At ${source.title}: enter the new ${replaced}${oldEnds > now ? ' before then' : ' now'}.`,
    ...(leaked ? afterALeak(source, secrets) : []),
    A_WEBHOOK_NEXT,
  ].join('\n');
}

function afterALeak(source: Source, secrets: readonly string[]): string[] {
  return [
    `Until then every webhook of ${source.title} is refused with 401, genuine ones too, a second from now. Most senders try again for hours: ask for what they have given up.`,
    ...(source.verify !== undefined && secrets.length === 0
      ? ['Its secrets stay valid: where one is known to others too, run this again with --secret-stdin.']
      : []),
  ];
}

/** A time for people: whole minutes of UTC. */
export function timeOf(time: number | string): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function shownOnce(url: string, source: Source, name: string): string[] {
  const local = new URL(url).hostname === '127.0.0.1';
  return [
    '',
    `  ${url}`,
    '',
    `Copy the URL now, it is not shown again: only a hash of it is kept. In place of a lost one: waybell channels rotate ${source.name} ${name} --new-token`,
    ...(local ? ['127.0.0.1 is this machine: put your public address in its place (--url does).'] : []),
  ];
}

function localAddress(port: number): string {
  return `http://127.0.0.1:${port}`;
}
