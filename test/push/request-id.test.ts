import { expect, test } from '@jest/globals';
import { requestId } from '../../src/push/ids';

test('a request id has the form that uni-push takes', () => {
  expect(requestId('消息:1', 'device', 0)).toMatch(/^[A-Za-z0-9]{10,32}$/);
});

test('the same push gives the same request id, also in the next release', () => {
  expect(requestId('w-1:1:delivered:1:user', 'd-1', 0)).toBe('777918d4ff05f4c2a3e6b88818ed6e22');
});

test('another message, device or generation gives another request id', () => {
  const ids = [
    requestId('m', 'd', 0),
    requestId('m', 'd', 1),
    requestId('m', 'e', 0),
    requestId('n', 'd', 0),
    requestId('md', '', 0),
    requestId('', 'md', 0),
    requestId('m', 'd0', 0),
    requestId('m', 'd1', 0),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});
