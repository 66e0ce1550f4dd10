/** A row of `push_devices` as the API shows it; without the keys of a browser's subscription. Ids as text, whatever type the shop gave them. */
export interface Device {
  readonly id: string;
  readonly appid: string;
  readonly cid: string;
  readonly user_id: string | null;
  readonly merchant_id: string | null;
  readonly platform: string | null;
  readonly provider: string;
  readonly installation_id: string | null;
  readonly apns_environment: string | null;
  readonly is_active: boolean;
  readonly inactive_reason: string | null;
  readonly inactive_at: Date | null;
  readonly registered_at: Date;
  readonly last_seen_at: Date;
  readonly updated_at: Date;
}

export const DEVICE_COLUMNS = `id::text as id, appid, cid, user_id::text as user_id, merchant_id::text as merchant_id,
  platform, provider, installation_id, apns_environment, is_active, inactive_reason, inactive_at, registered_at, last_seen_at, updated_at`;
