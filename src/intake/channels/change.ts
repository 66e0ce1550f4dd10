import type { Source } from '../../sources/source';
import { SpokenError, WrongInputError } from '../../spoken';
import { endBy, isValidAt, tokenSha256 } from './channels';
import { secretProblem, type ChannelConditions, type StoredChannel } from './file';

/** Thrown when no channel has that name, with a sentence that says which there are. */
export class ChannelUnknownError extends SpokenError {
  override readonly name = 'ChannelUnknownError';
}

/** What the commands do to the channels. Pure; what cannot be done throws a `WrongInputError`. */

export interface NewChannel {
  readonly source: Source;
  readonly name: string;
  readonly token: string;
  readonly secrets: readonly string[];
  /** Takes what a source that signs sends without looking at its signature. */
  readonly unsigned: boolean;
  readonly conditions: ChannelConditions;
}

export function addChannel(
  channels: readonly StoredChannel[],
  { source, name, token, secrets, unsigned, conditions }: NewChannel,
  now: number,
): StoredChannel[] {
  if (find(channels, source.name, name) !== undefined) {
    throw new WrongInputError({
      en: `There is a channel ${source.name} ${name} already. Give this one another --name, or change that one: waybell channels rotate ${source.name} ${name}.`,
      zh: `已有通道 ${source.name} ${name}。请用 --name 给这个另取名称，或修改那个：waybell channels rotate ${source.name} ${name}。`,
    });
  }
  requireUsable(secrets, source);
  if (unsigned && secrets.length > 0) {
    throw new WrongInputError({
      en: '--unsigned and a secret contradict each other: leave one of them out.',
      zh: '--unsigned 与密钥互相矛盾：请去掉其中之一。',
    });
  }
  if (source.verify !== undefined && !unsigned && secrets.length === 0) {
    throw new WrongInputError({
      en: `${source.title} signs its webhooks: give its secret (--secret-stdin or --secret), or take them without proof (--unsigned).`,
      zh: `${source.title} 会给 webhook 签名：请给出其密钥（--secret-stdin 或 --secret），或不验证就接受（--unsigned）。`,
    });
  }
  const added: StoredChannel = {
    source: source.name,
    name,
    created: new Date(now).toISOString(),
    tokens: [{ sha256: tokenSha256(token) }],
    secrets: secrets.map((value) => ({ value })),
    unsigned: secrets.length === 0,
    ...conditions,
  };
  return [...channels, added];
}

export interface Rotation {
  readonly source: Source;
  readonly name: string;
  /** In place of the secrets so far; none leaves them as they are. */
  readonly secrets: readonly string[];
  /** In place of the tokens so far; none leaves them as they are. */
  readonly token: string | undefined;
  /** When what is replaced ends; milliseconds since 1970. */
  readonly oldEnds: number;
}

export function rotateChannel(
  channels: readonly StoredChannel[],
  { source, name, secrets, token, oldEnds }: Rotation,
  now: number,
): StoredChannel[] {
  const channel = requireChannel(channels, source.name, name);
  requireUsable(secrets, source);
  if (channel.secrets.some((old) => isValidAt(now, old) && secrets.includes(old.value))) {
    throw new WrongInputError({
      en: `This secret is one of ${source.name} ${name} already: nothing would be rotated.`,
      zh: `${source.name} ${name} 已有这个密钥：没有可更换的。`,
    });
  }
  const rotated: StoredChannel = {
    ...channel,
    ...(secrets.length > 0 && {
      unsigned: false,
      secrets: [...endBy(channel.secrets, oldEnds, now), ...secrets.map((value) => ({ value }))],
    }),
    ...(token !== undefined && {
      tokens: [...endBy(channel.tokens, oldEnds, now), { sha256: tokenSha256(token) }],
    }),
  };
  return channels.map((one) => (one === channel ? rotated : one));
}

export function removeChannel(
  channels: readonly StoredChannel[],
  source: string,
  name: string,
): StoredChannel[] {
  const channel = requireChannel(channels, source, name);
  return channels.filter((one) => one !== channel);
}

function find(channels: readonly StoredChannel[], source: string, name: string): StoredChannel | undefined {
  return channels.find((channel) => channel.source === source && channel.name === name);
}

function requireChannel(channels: readonly StoredChannel[], source: string, name: string): StoredChannel {
  const channel = find(channels, source, name);
  if (channel !== undefined) return channel;
  const known = channels.map((one) => `${one.source} ${one.name}`).join(', ');
  throw new ChannelUnknownError({
    en: `There is no channel ${source} ${name}. ${known ? `There are: ${known}.` : 'There is none.'}`,
    zh: `没有通道 ${source} ${name}。${known ? `现有：${known}。` : '一个也没有。'}`,
  });
}

function requireUsable(secrets: readonly string[], source: Source): void {
  if (source.verify === undefined && secrets.length > 0) {
    throw new WrongInputError({
      en: `${source.title} signs nothing, so a secret proves nothing: leave it out.`,
      zh: `${source.title} 不签名，密钥证明不了什么：请去掉它。`,
    });
  }
  for (const secret of secrets) {
    const problem = secretProblem(secret, source);
    if (problem !== undefined)
      throw new WrongInputError({ en: `The secret ${problem.en}.`, zh: `密钥${problem.zh}。` });
  }
  if (new Set(secrets).size < secrets.length)
    throw new WrongInputError({ en: 'The same secret is given twice.', zh: '同一个密钥给了两次。' });
}
