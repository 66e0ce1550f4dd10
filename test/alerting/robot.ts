import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AlarmSettings, RobotKind } from '../../src/config/alarms';
import { loadConfig } from '../../src/config/config';
import { listen, type LocalServer } from '../push/local-server';

export interface RobotRequest {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A chat robot on this machine, which answers as its documentation says. */
export interface LocalRobot extends LocalServer {
  readonly asked: RobotRequest[];
  /** What stands in ALARM_URLS for it. */
  urlAs(kind: RobotKind, secret?: string): string;
  /** How it answers from now on. */
  answer(how: (response: ServerResponse) => void): void;
}

export const TAKEN: Readonly<Record<RobotKind, string>> = {
  wecom: '{"errcode":0,"errmsg":"ok"}',
  dingtalk: '{"errcode":0,"errmsg":"ok"}',
  feishu: '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}',
  slack: 'ok',
  plain: '',
};

export const says =
  (status: number, body: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, headers).end(body);
  };

export async function startRobot(): Promise<LocalRobot> {
  const asked: RobotRequest[] = [];
  let answer = says(200, TAKEN.wecom);
  const server = await listen((request, response) => {
    void text(request).then((body) => {
      asked.push({ url: new URL(request.url ?? '', 'http://robot'), headers: request.headers, body });
      answer(response);
    });
  });
  return {
    ...server,
    asked,
    urlAs: (kind, secret) =>
      `${kind}+${server.url}/robot?key=4a1f6c0e9b7d4f52${secret === undefined ? '' : `#${secret}`}`,
    answer(how) {
      answer = how;
    },
  };
}

/** The settings for robots on this machine. */
export function alarmSettings(...urls: string[]): AlarmSettings {
  return loadConfig({ ALARM_URLS: urls.join(','), ALARM_PRIVATE_HOSTS: '127.0.0.1' }).alarms;
}
