/** What a phone says of itself to `waybell.js`, which imports this file. */

/** Why this platform has no phone for Waybell; `''` where it has. */
export function lack() {
  const { uniPlatform = '' } = uni.getSystemInfoSync();
  if (/^(web|h5)/.test(uniPlatform)) return 'a page has no device of uni-push; browsers have Web Push';
  if (!/^app/.test(uniPlatform)) return `${uniPlatform} has subscription messages and no pushes`;
  if (!uni.getPushClientId) return 'uni.getPushClientId is missing: it comes with uni-push 2.0';
  return '';
}

/** What uni-push calls this phone, or why it does not. */
export function askClientId() {
  return new Promise((resolve) => {
    uni.getPushClientId({ success: resolve, fail: ({ errMsg }) => resolve({ cid: '', errMsg }) });
  });
}

/** What makes it the phone that it is: its maker decides about messages, and its owner whether they are shown. */
export function describePhone() {
  const { osName, platform, appVersion, deviceBrand } = uni.getSystemInfoSync();
  return {
    platform: osName || platform,
    appVersion,
    brand: brandOf(deviceBrand),
    notifications: permission(),
  };
}

/** In the letters that Waybell takes. */
function brandOf(brand) {
  return (
    String(brand || '')
      .replace(/[^A-Za-z0-9_.-]/g, '')
      .slice(0, 32) || null
  );
}

/** Whether the person lets the app show notifications. */
function permission() {
  try {
    const { notificationAuthorized } = uni.getAppAuthorizeSetting();
    return { authorized: 'allowed', denied: 'denied' }[notificationAuthorized] || 'unknown';
  } catch (error) {
    return 'unknown';
  }
}

/** The link of a message, where it is a page of the app: what LINK_TEMPLATE may say. */
export function pageOfLink(link) {
  return typeof link === 'string' && /^\/(?!\/)/.test(link) ? link : null;
}
