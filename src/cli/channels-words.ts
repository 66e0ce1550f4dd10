import type { NewChannel, Rotation } from '../intake/channels/change';
import type { Explanation } from '../shipment/explanation';
import type { Source } from '../sources/source';
import { toned, type Line } from '../terminal';
import { say } from './language';
import { clock } from './moments';

/** What `waybell channels` says. The URL is the only secret in it, and is said once. */

const A_WEBHOOK_NEXT: Explanation = {
  en: 'Next: let a test webhook come, or wait for the first. waybell channels list names what is refused, and why.',
  zh: '下一步：让对方发一个测试 webhook，或等待第一个。waybell channels list 会列出被拒绝的内容及原因。',
};

/** @param base where the carrier reaches the API; without it, where this machine does */
export function channelUrl(base: string | undefined, port: number, source: Source, token: string): string {
  return `${(base ?? localAddress(port)).replace(/(?<!\/)\/+$/, '')}/webhooks/${source.name}/${token}`;
}

export function whatWasAdded(
  { source, name, secrets }: Pick<NewChannel, 'source' | 'name' | 'secrets'>,
  url: string,
  file: string,
): Line[] {
  const signed = secrets.length > 0;
  const channel = `${source.name} ${name}`;
  return [
    say({
      en: `Channel ${channel} is open${signed ? '' : ', unsigned: the URL alone proves the sender'}. It is kept in ${file}.`,
      zh: `通道 ${channel} 已开通${signed ? '' : '，无签名：仅凭地址证明发送方'}。保存在 ${file}。`,
    }),
    ...shownOnce(url, source, name),
    say({
      en: `At ${source.title}: enter the URL as the one to push to${signed ? ', and the same secret' : ''}. A running API knows both within a second.`,
      zh: `在 ${source.title}：把该地址填为推送地址${signed ? '，并填写同一个密钥' : ''}。运行中的 API 一秒内生效。`,
    }),
    say(A_WEBHOOK_NEXT),
  ];
}

export function whatWasRotated(
  { source, name, secrets, oldEnds }: Rotation,
  url: string | undefined,
  leaked: boolean,
  now: number,
): Line[] {
  const channel = `${source.name} ${name}`;
  const replaced = whatIsNew(url !== undefined, secrets.length);
  const goesOn = oldEnds > now;
  return [
    say({
      en: `Channel ${channel} has a new ${replaced.en}. What it replaces ${goesOn ? `stays valid until ${clock(oldEnds)}` : 'is void'}.`,
      zh: `通道 ${channel} 有了新的${replaced.zh}。被替换的${goesOn ? `在 ${clock(oldEnds)} 之前仍有效` : '已作废'}。`,
    }),
    ...(url === undefined ? [] : shownOnce(url, source, name)),
    ...(secrets.length === 0 ? [] : [say(MUST_SIGN)]),
    say({
      en: `At ${source.title}: enter the new ${replaced.en}${goesOn ? ' before then' : ' now'}.`,
      zh: `在 ${source.title}：请${goesOn ? '在此之前' : '立即'}填写新的${replaced.zh}。`,
    }),
    ...(leaked ? afterALeak(source, secrets) : []),
    say(A_WEBHOOK_NEXT),
  ];
}

const MUST_SIGN: Explanation = {
  en: 'Every request must be signed with a valid secret.',
  zh: '每个请求都必须用有效的密钥签名。',
};

function whatIsNew(hasUrl: boolean, secrets: number): Explanation {
  const en = [...(hasUrl ? ['URL'] : []), ...(secrets === 0 ? [] : [secrets === 1 ? 'secret' : 'secrets'])];
  const zh = [...(hasUrl ? ['地址'] : []), ...(secrets === 0 ? [] : ['密钥'])];
  return { en: en.join(' and '), zh: zh.join('和') };
}

function afterALeak(source: Source, secrets: readonly string[]): Line[] {
  const refused = {
    en: `Until then every webhook of ${source.title} is refused with 401, genuine ones too, a second from now. Most senders try again for hours: ask for what they have given up.`,
    zh: `在此之前，一秒后 ${source.title} 的所有 webhook 都会被 401 拒绝，包括真实的。多数发送方会重试数小时：请索要其已放弃的内容。`,
  };
  const stay = {
    en: 'Its secrets stay valid: where one is known to others too, run this again with --secret-stdin.',
    zh: '其密钥仍有效：若密钥也已泄露，请加 --secret-stdin 再执行一次。',
  };
  return [
    toned('bad', say(refused)),
    ...(source.verify !== undefined && secrets.length === 0 ? [say(stay)] : []),
  ];
}

function shownOnce(url: string, source: Source, name: string): Line[] {
  const local = new URL(url).hostname === '127.0.0.1';
  const lost = `npx waybell channels rotate ${source.name} ${name} --new-token`;
  const publicly = {
    en: '127.0.0.1 is this machine: put your public address in its place (--url does).',
    zh: '127.0.0.1 是本机：请换成您的公网地址（--url 可指定）。',
  };
  return [
    '',
    toned('paste', `  ${url}`),
    '',
    say({
      en: `Copy the URL now, it is not shown again: only a hash of it is kept. In place of a lost one: ${lost}`,
      zh: `请立即复制该地址，之后不再显示：只保存其哈希。若遗失：${lost}`,
    }),
    ...(local ? [say(publicly)] : []),
  ];
}

function localAddress(port: number): string {
  return `http://127.0.0.1:${port}`;
}
