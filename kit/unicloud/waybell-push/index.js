'use strict';

const { createHash, timingSafeEqual } = require('node:crypto');

/**
 * The cloud function between Waybell and uni-push 2.0: one POST of Waybell is one call of `sendMessage`, for one
 * phone. What it needs beside it, and how an existing function is brought into line: README.md.
 */

/** What describes the message. Never a target: whoever calls can say which phone, and nothing else. */
const MESSAGE_FIELDS = [
  'title',
  'content',
  'payload',
  'force_notification',
  'request_id',
  'category',
  'options',
  'settings',
];
/** Objects, or the JSON of one: uni-cloud-s2s signs text and no objects. */
const OBJECT_FIELDS = ['payload', 'category', 'options', 'settings'];
/** What uni-push knows a phone by. Without any target it pushes to every phone that ever opened the app. */
const CLIENT_ID = /^[\w-]{1,128}$/;
/** A repeated one makes the message disappear, so it must be Waybell's own and never a clock's. */
const REQUEST_ID = /^[A-Za-z0-9]{10,32}$/;
/** Far more than a push, and what every provider of uniCloud lets through. */
const MAX_BODY_LENGTH = 65_536;
const MIN_SECRET_LENGTH = 16;

exports.main = async function pushForWaybell(event) {
  try {
    const { apps, secret } = readConfig();
    requirePost(event);
    const body = bodyOf(event);
    requireWaybell(event, body, secret);
    const fields = fieldsOf(body);
    const { appId, message } = toMessage(fields, apps);
    // Whole, as uni-push said it: Waybell reads from it what became of this phone.
    return await uniCloud.getPushManager({ appId }).sendMessage(message);
  } catch (error) {
    return error instanceof Refusal ? error.toResponse() : failureOf(error);
  }
};

/** What is answered with a status of its own; everything else is the word of uni-push. */
class Refusal extends Error {
  constructor(statusCode, errCode, errMsg) {
    super(errMsg);
    this.statusCode = statusCode;
    this.errCode = errCode;
  }

  toResponse() {
    return {
      // Alibaba Cloud takes an answer for one with a status only with this.
      mpserverlessComposedResponse: true,
      statusCode: this.statusCode,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ errCode: this.errCode, errMsg: this.message }),
    };
  }
}

/** The codes of uni-cloud-s2s, which Waybell knows: its own settings are wrong, or the caller is not Waybell. */
const notSetUp = (words) => new Refusal(500, '50000', words);
const notWaybell = (words) => new Refusal(403, '51000', words);
const malformed = (words) => new Refusal(400, 'waybell-push-malformed', words);

function readConfig() {
  let config;
  try {
    config = require('./config.json');
  } catch (error) {
    throw notSetUp(`config.json cannot be read: ${error.code || error.name}`);
  }
  const { apps, secret } = config;
  if (!apps || Object.keys(apps).length === 0) throw notSetUp('config.json names no app');
  if (secret !== undefined && (typeof secret !== 'string' || secret.length < MIN_SECRET_LENGTH)) {
    throw notSetUp(`the secret in config.json needs ${MIN_SECRET_LENGTH} characters`);
  }
  return { apps, secret };
}

/** A browser gets nothing to see here, and neither does an app of this space that calls the function by its name. */
function requirePost(event) {
  if (!isObject(event) || typeof event.httpMethod !== 'string') throw notWaybell('call this by its URL');
  if (event.httpMethod.toUpperCase() !== 'POST') throw new Refusal(405, 'waybell-push-method', 'POST only');
  const type = headerOf(event, 'content-type').split(';')[0].trim().toLowerCase();
  if (type !== 'application/json') throw new Refusal(415, 'waybell-push-type', 'application/json only');
}

function bodyOf({ body, isBase64Encoded }) {
  if (typeof body !== 'string') throw malformed('there is no body');
  const text = String(isBase64Encoded) === 'true' ? Buffer.from(body, 'base64').toString('utf8') : body;
  if (text.length > MAX_BODY_LENGTH) throw new Refusal(413, 'waybell-push-size', 'the body is too long');
  return text;
}

/** By the secret of config.json; without one by uni-cloud-s2s, which takes a connect code or a signature. */
function requireWaybell(event, body, secret) {
  if (secret !== undefined) {
    const given = headerOf(event, 'unicloud-s2s-authorization');
    if (!isSame(given, `CONNECTCODE ${secret}`)) throw notWaybell('the secret is not that of config.json');
    return;
  }
  let s2s;
  try {
    s2s = require('uni-cloud-s2s');
  } catch {
    throw notSetUp('there is neither a secret in config.json nor the module uni-cloud-s2s');
  }
  try {
    if (s2s.verifyHttpInfo({ ...event, body, isBase64Encoded: false }) !== false) return;
  } catch (error) {
    throw codeOf(error) === '50000' ? notSetUp(wordsOf(error)) : notWaybell(wordsOf(error));
  }
  throw notWaybell('refused by uni-cloud-s2s');
}

/** Digests, so that neither the text nor its length shows in the time it takes. */
function isSame(given, expected) {
  const [one, other] = [given, expected].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(one, other);
}

function fieldsOf(body) {
  let fields;
  try {
    fields = JSON.parse(body);
  } catch {
    throw malformed('the body is no JSON');
  }
  if (!isObject(fields)) throw malformed('the body is no JSON object');
  return fields;
}

function toMessage(fields, apps) {
  const { push_clientid, appid = 'default', title, content, request_id } = fields;
  if (typeof push_clientid !== 'string' || !CLIENT_ID.test(push_clientid)) {
    throw malformed('push_clientid must be the client id of one phone');
  }
  if (!isText(title) || !isText(content)) throw malformed('title and content must be visible text');
  if (typeof request_id !== 'string' || !REQUEST_ID.test(request_id)) {
    throw malformed('request_id must be 10 to 32 letters and digits');
  }
  const appId = Object.prototype.hasOwnProperty.call(apps, appid) ? apps[appid] : undefined;
  if (typeof appId !== 'string') throw malformed('config.json has no such appid');

  const message = { push_clientid };
  for (const name of MESSAGE_FIELDS) {
    if (fields[name] !== undefined) message[name] = valueOf(name, fields[name]);
  }
  return { appId, message };
}

function valueOf(name, value) {
  if (!OBJECT_FIELDS.includes(name)) return value;
  const object = typeof value === 'string' ? parsed(value) : value;
  if (!isObject(object)) throw malformed(`${name} must be an object, or the JSON of one`);
  return object;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As the platform would answer for a function that throws, and with the code, which it leaves out. */
const failureOf = (error) => ({ errCode: codeOf(error) || 'FunctionBizError', errMsg: wordsOf(error) });

const codeOf = (error) => String(error?.errCode || error?.code || '');
const wordsOf = (error) => String(error?.errMsg || error?.message || error);

/** Names of headers come in any case. */
function headerOf({ headers }, name) {
  const found = Object.entries(headers || {}).find(([key]) => key.toLowerCase() === name);
  return found === undefined ? '' : String(found[1]);
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value) => typeof value === 'string' && value.trim() !== '';
