import { expect, test } from '@jest/globals';
import { vapidSubject } from '../../../src/push/webpush/subject';

test.each([
  'mailto:ops@shop.example',
  'mailto:first.last+push@mail.shop.co.uk',
  'https://shop.example',
  'https://shop.example/contact',
  'https://www.快递.example/',
])('push services can reach %s', (subject) => {
  expect(vapidSubject.parse(subject)).toBe(subject);
});

test.each([
  'mailto:x@localhost',
  'mailto:x@shop.localhost',
  'mailto:ops@printer.local',
  'mailto:ops@nas.lan',
  'mailto:ops',
  'mailto:ops@shop',
  'mailto: ops@shop.example',
  'mailto:<ops@shop.example>',
  'mailto:ops@shop.example,b@shop.example',
  'mailto:ops@shop.example?subject=push',
  'mailto:ops@127.0.0.1',
  'ops@shop.example',
  'http://shop.example',
  'https://localhost',
  'https://localhost:8080/contact',
  'https://shop',
  'https://127.0.0.1/',
  'https://[::1]/',
  'https://ops:secret@shop.example/',
  'https://shop.example/a b',
  'shop.example',
  '',
])('Apple refuses %s, and so do we, saying what it must be', (subject) => {
  expect(() => vapidSubject.parse(subject)).toThrow(
    /must be mailto: with an e-mail address, or an https: URL/,
  );
});
