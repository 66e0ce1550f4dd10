import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { endWithParent, setting } from '../forked';

/** Takes the same webhooks as Waybell, and answers when `start` has its delivery on disk. */
export function listen(start: (trackingNo: string) => Promise<unknown>): void {
  const server = createServer((request, response) => {
    void json(request)
      .then((scan) => start((scan as { tracking_no: string }).tracking_no))
      .then(
        () => response.end('{"ok":true}'),
        (error: unknown) => response.writeHead(502).end(String(error)),
      );
  });
  endWithParent();
  server.listen(Number(setting('PORT')), '127.0.0.1', () => process.send?.('ready'));
}
