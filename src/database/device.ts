/** A row of `push_devices` as the API shows it. Ids as text, whatever type the shop gave them. */
export interface Device {
  readonly id: string;
  readonly appid: string;
  readonly cid: string;
  readonly user_id: string | null;
  readonly merchant_id: string | null;
  readonly platform: string | null;
  readonly provider: string;
  readonly is_active: boolean;
  readonly inactive_reason: string | null;
  readonly inactive_at: Date | null;
  readonly registered_at: Date;
  readonly last_seen_at: Date;
  readonly updated_at: Date;
}

export const DEVICE_COLUMNS = `id::text as id, appid, cid, user_id::text as user_id, merchant_id::text as merchant_id,
  platform, provider, is_active, inactive_reason, inactive_at, registered_at, last_seen_at, updated_at`;
