'use strict';

const { createHmac } = require('node:crypto');
const config = require('./config.json');

/** The module of that name, rebuilt from its page: https://doc.dcloud.net.cn/uniCloud/uni-cloud-s2s.html */
exports.verifyHttpInfo = ({ headers, body }) => {
  const given = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (config.type === 'connectCode') {
    if (given['unicloud-s2s-authorization'] !== `CONNECTCODE ${config.connectCode}`)
      refuse(51000, 'code is wrong');
  } else if (config.type === 'sign') {
    const timestamp = given['unicloud-s2s-timestamp'];
    if (!(Math.abs(Date.now() - timestamp) < 60_000)) refuse(51000, 'timestamp is wrong');
    const payload = Object.entries(JSON.parse(body))
      .filter(([, value]) => typeof value !== 'object')
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
    const digest = createHmac('sha256', config.signKey).update(`${timestamp}\n${payload}`).digest('hex');
    if (given['unicloud-s2s-signature'] !== `hmac-sha256 ${digest}`) refuse(51000, 'signature is wrong');
  } else {
    refuse(50000, 'type is wrong in config.json');
  }
};

function refuse(errCode, errMsg) {
  throw Object.assign(new Error(errMsg), { errSubject: 'uni-cloud-s2s', errCode, errMsg });
}
