import { describe, expect, test } from '@jest/globals';
import { readXml } from '../../../src/sources/reading/xml';

const element = (name: string, text: string, more: object = {}) => ({
  name,
  attributes: {},
  text,
  children: [],
  ...more,
});

describe('a small XML document', () => {
  test.each([
    ['<a/>', element('a', '')],
    ['<a> b </a>', element('a', 'b')],
    [
      '<?xml version="1.0" encoding="UTF-8"?><!-- c --><a b="1" c=\'2\'/>',
      element('a', '', { attributes: { b: '1', c: '2' } }),
    ],
    ['<a>x<b>y</b>z</a>', element('a', 'xz', { children: [element('b', 'y')] })],
    ['<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x4E2D;&#x1F4E6;</a>', element('a', '<>&"\'A中📦')],
    ['<a b="&lt;&#65;"/>', element('a', '', { attributes: { b: '<A' } })],
    ['<a>&amp;lt;</a>', element('a', '&lt;')],
    ['<a><![CDATA[<b>&amp;]]>c</a>', element('a', '<b>&amp;c')],
  ])('%s is read', (xml, root) => {
    expect(readXml(xml)).toEqual(root);
  });

  test.each([
    ['', 'nothing'],
    ['text', 'text alone'],
    ['<a>', 'an element left open'],
    ['<a></b>', 'another end'],
    ['<a/><b/>', 'two roots'],
    ['<a b=1/>', 'an attribute without quotes'],
    ['<a>&nbsp;</a>', 'an entity of HTML'],
    ['<a>&constructor;</a>', 'an entity that every object has'],
    ['<a>&own;</a>', 'an unknown entity'],
    ['<a>&#0;</a>', 'a character that XML has not'],
    ['<a>&#xD800;</a>', 'half a character'],
    ['<a>&amp</a>', 'an entity left open'],
    ['<!DOCTYPE a><a/>', 'a document type'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'an entity of its own'],
    ['<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>', 'an outside document type'],
    ['<a>'.repeat(17) + '</a>'.repeat(17), 'more than sixteen levels'],
  ])('%.60s is refused: %s', (xml) => {
    expect(readXml(xml)).toBeUndefined();
  });

  test('of a thousand attempts at depth costs nothing', () => {
    expect(readXml('<a>'.repeat(300_000))).toBeUndefined();
  });
});
