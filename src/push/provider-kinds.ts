/** Every kind of provider. A new one is its file and its line here. */
export { apns } from './apns/apns';
export { fcm } from './fcm/fcm';
export { getui } from './getui/getui';
export { unicloud } from './unicloud/unicloud';
export { webpush } from './webpush/webpush';
