declare namespace UniCloudNamespace {
  /** What the extension uni-cloud-push adds: https://doc.dcloud.net.cn/uniCloud/uni-cloud-push/api */
  interface UniCloud {
    getPushManager(options: { readonly appId: string }): { sendMessage(message: object): Promise<object> };
  }
}

/** https://doc.dcloud.net.cn/uniCloud/uni-cloud-s2s.html: throws where the caller proves nothing. */
declare module 'uni-cloud-s2s' {
  export function verifyHttpInfo(httpInfo: object): unknown;
}

declare module '*/config.json' {
  const config: { readonly apps?: object; readonly secret?: unknown };
  export = config;
}
